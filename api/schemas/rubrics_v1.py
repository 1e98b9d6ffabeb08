"""API C's rubrics on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.common import StrictSchema, Text
from api.schemas.reviews_v2 import SomethingSchema

LEVELS_EXAMPLE = [
    {"level": 0, "label": "Missing", "description": "Nothing of it is there."},
    {"level": 4, "label": "Fully", "description": "It works, at the edges too."},
]
RUBRIC_EXAMPLE = {
    "name": "Backend rubric",
    "criteria": [
        {
            "name": "Correctness",
            "description": "It does what was asked.",
            "weight": 3,
            "levels": LEVELS_EXAMPLE,
        }
    ],
}


def _about(most: int) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most))


class LevelSchema(StrictSchema):
    """A level that a submission may reach."""

    level = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=10))
    label = Text(100, required=True)
    description = _about(2_000)


def _rise(levels: list[dict[str, Any]]) -> None:
    numbers = [level["level"] for level in levels]
    if numbers != sorted(set(numbers)):
        raise ValidationError("The levels must rise, each from the one before.")


class CriterionSchema(StrictSchema):
    """What is looked at, how much it counts, and its levels from the lowest to the highest."""

    id = fields.String(
        metadata={"description": "In a change: of the criterion that it was; else its name tells."}
    )
    name = Text(200, required=True)
    description = _about(2_000)
    weight = fields.Integer(strict=True, load_default=1, validate=validate.Range(min=1, max=100))
    levels = fields.List(
        fields.Nested(LevelSchema), required=True, validate=[validate.Length(min=2, max=10), _rise]
    )


def _each_once(criteria: list[dict[str, Any]]) -> None:
    if len({one["name"].casefold() for one in criteria}) != len(criteria):
        raise ValidationError("Each criterion's name once.")


def _criteria(**more: Any) -> "fields.List[Any]":
    return fields.List(
        fields.Nested(CriterionSchema), validate=[validate.Length(min=1, max=20), _each_once], **more
    )


class NewRubricSchema(StrictSchema):
    """A rubric as it is made."""

    name = Text(200, required=True)
    description = _about(5_000)
    criteria = _criteria(required=True)


class RubricChangeSchema(SomethingSchema):
    """What to change; fields that are absent stay, and `criteria` are all of them."""

    name = Text(200)
    description = fields.String(validate=validate.Length(max=5_000))
    criteria = _criteria()


class ToldLevelSchema(Schema):
    """A level of a criterion."""

    level = fields.Integer(required=True)
    label = fields.String(required=True)
    description = fields.String(required=True)


class ToldCriterionSchema(Schema):
    """A criterion of a rubric."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    weight = fields.Integer(required=True)
    levels = fields.List(fields.Nested(ToldLevelSchema), required=True)


class RubricSchema(Schema):
    """A rubric; each change makes a new version."""

    id = fields.UUID(required=True)
    org_id = fields.UUID(required=True, data_key="orgId")
    name = fields.String(required=True)
    description = fields.String(required=True)
    criteria = fields.List(fields.Nested(ToldCriterionSchema), required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True, data_key="createdAt")
    updated_at = fields.DateTime(required=True, data_key="updatedAt")


class RubricPageSchema(Schema):
    """A page of rubrics, oldest first."""

    rubrics = fields.List(fields.Nested(RubricSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, data_key="nextCursor")
