"""From a brief to a form. Pure: no Flask, no Celery, no SQLAlchemy.

`pipeline.RECIPE` is the order of the stages. What the stages need from outside (durable steps,
a model, a bank of questions, a place for progress lines) comes through `tools.Tools`.
"""
