"""The words of a query as marshmallow fields: each checks the text of one parameter."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from . import edtf
from .fields import SLUG, Text

MOST_VALUES = 100
YEAR, MONTH, DAY = "(?!0000)[0-9]{4}", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"


class Partial(ma.fields.Field[edtf.Bounds]):
    """`2021`, `2021-06` or `2021-06-16` in a query, as the days it covers."""

    pattern = f"^{YEAR}(-{MONTH}(-{DAY})?)?$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> edtf.Bounds:
        plain = str(value)
        if not (plain.replace("-", "").isdecimal() and len(plain) in (4, 7, 10)):
            raise ma.ValidationError(f"{plain!r} is not a date: write 2021, 2021-06 or 2021-06-16")
        try:
            return edtf.bounds(plain)
        except ValueError:
            raise ma.ValidationError(f"{plain!r} is no day of the calendar") from None


class Moment(ma.fields.Field[edtf.Bounds]):
    """Any EDTF date in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> edtf.Bounds:
        try:
            return edtf.bounds(str(value))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from None


class Day(Partial):
    """`2021-06-16` in a query."""

    pattern = f"^{YEAR}-{MONTH}-{DAY}$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> edtf.Bounds:
        days = super()._deserialize(value, attr, data, **kwargs)
        if days.earliest != days.latest:
            raise ma.ValidationError(f"{value!r} is not a day: write {days.earliest}, say")
        return days


class Term(Text):
    """Text of a query: whatever was typed, but for NUL, which no database can hold."""

    plain = False

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(str(value).replace("\0", " "), attr, data, **kwargs)


class Version(ma.fields.Field[str]):
    """A semver version in a query, as text that sorts."""

    pattern = r"^[0-9]{1,5}(\.[0-9]{1,5}){2}$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not re.fullmatch(self.pattern[1:-1], str(value)):
            raise ma.ValidationError(f"{value!r} is not a version: write 1.0.0, say")
        return str(value)


class Count(ma.fields.Integer):
    """A whole number in plain digits."""

    MOST = 999_999_999

    default_error_messages = {"invalid": "is not a whole number"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", str(value)):
            raise self.make_error("invalid")
        return int(value)


def distinct(values: list[str]) -> None:
    """Refuses a list in which a key stands twice, be it turned round."""
    words = [value.lstrip("-") for value in values]
    if twice := sorted({word for word in words if words.count(word) > 1}):
        raise ma.ValidationError(f"{twice[0]!r} stands twice")


class Form(validate.Regexp):
    """A pattern that the whole text has: to Python alone, `$` would let a line break pass."""

    def __call__(self, value: Any) -> Any:
        if not self.regex.fullmatch(value):
            raise ma.ValidationError(self.error.format(input=value, regex=self.regex.pattern))
        return value


def an_id() -> Term:
    """The field of one record's id."""
    return Term("One id.", validate=Form(f"^{SLUG.pattern}$", error="{input!r} is not an id"))


def listed(term: ma.fields.Field[Any], description: str) -> ma.fields.Field[Any]:
    """A comma-separated parameter."""
    many = validate.Length(min=1, max=MOST_VALUES, error="more than {max} values")
    return DelimitedList(term, validate=many, metadata={"description": description})
