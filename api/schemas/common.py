"""What the schemas of all APIs share."""

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

UNKNOWN = "This field is not known here; is it misspelt?"


class StrictSchema(Schema):
    """Refuses unknown fields by name: they are typing errors more often than not."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN}  # noqa: RUF012 - marshmallow's way


class Text(fields.String):
    """A string, trimmed, of 1 to `most` characters."""

    BLANK = "It must not be blank."

    def __init__(self, most: int, **kwargs: Any) -> None:
        blank = validate.Length(min=1, error=self.BLANK)
        super().__init__(validate=[blank, validate.Length(max=most)], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text.strip()


class ErrorSchema(Schema):
    """API A's and C's errors."""

    error = fields.String(required=True, metadata={"description": "What was wrong, in a sentence."})
    code = fields.String(metadata={"description": "For programs, where a rule of a session refused."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Field -> what is wrong with it."},
    )


class PageSchema(StrictSchema):
    """The query of a list."""

    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100), strict=False)
    cursor = fields.String(load_default=None)


class WholeListSchema(PageSchema):
    """The query of a list of API C, whose text knows no pages: a page is as long as one may be."""

    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=100), strict=False)
