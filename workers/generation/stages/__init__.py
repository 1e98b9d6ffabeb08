"""The stages, one a file; `pipeline.recipe` has their order."""
