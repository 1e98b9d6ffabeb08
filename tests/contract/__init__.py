"""The wire: the contract's own examples, and what checks every answer against the OpenAPI document."""
