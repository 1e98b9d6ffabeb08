"""marshmallow schemas: the wire's names and formats, and nothing else."""
