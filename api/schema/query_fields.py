"""Types of query parameters, as marshmallow fields."""

import re
import unicodedata
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from . import edtf
from .fields import SLUG, Text, is_id
from .versions import VERSION

MOST_VALUES = 100
YEAR, MONTH, DAY = "(?!0000)[0-9]{4}", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"


class Partial(ma.fields.Field[edtf.Bounds]):
    """A year, month or day (`2021`, `2021-06`, `2021-06-16`), as its first and last day."""

    pattern = f"^{YEAR}(-{MONTH}(-{DAY})?)?$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> edtf.Bounds:
        plain = str(value)
        if not (plain.replace("-", "").isdecimal() and len(plain) in (4, 7, 10)):
            close = edtf.meant(plain)
            advice = f"; did you mean {close!r}?" if close else ": write 2021, 2021-06 or 2021-06-16"
            raise ma.ValidationError(f"{plain!r} is not a date{advice}")
        try:
            return edtf.bounds(plain) if len(plain) < len("2021-06-16") else edtf.Bounds(*[date.fromisoformat(plain)] * 2)
        except ValueError:
            raise ma.ValidationError(f"{plain!r} is not a day of the calendar") from None


class Moment(ma.fields.Field[edtf.Bounds]):
    """Any EDTF date, as its bounds. Its pattern says only which characters a date can have: no white space, ASCII alone."""

    pattern = "^[!-~]+$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> edtf.Bounds:
        try:
            return edtf.bounds(str(value))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from None


class Day(Partial):
    """A day (`2021-06-16`)."""

    pattern = f"^{YEAR}-{MONTH}-{DAY}$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> edtf.Bounds:
        days = super()._deserialize(value, attr, data, **kwargs)
        if days.earliest != days.latest:
            raise ma.ValidationError(f"{value!r} is not a day: write {days.earliest}, say")
        return days


class PartyDay(ma.fields.Field[str]):
    """An actor and a day: `ACTOR:2026-03-01`."""

    pattern = f"^{SLUG.pattern}:{YEAR}-{MONTH}-{DAY}$"

    def __init__(self, description: str) -> None:
        super().__init__(metadata={"description": description, "example": "russia:2026-03-01"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        actor, colon, day = str(value).partition(":")
        if not (colon and SLUG.fullmatch(actor)):
            raise ma.ValidationError(f"{value!r} is not an actor and a day: write ACTOR:2026-03-01")
        Day().deserialize(day)
        return str(value)

    @staticmethod
    def parts(text: str) -> tuple[str, date]:
        """The actor and the day of a checked value."""
        actor, _, day = text.partition(":")
        return actor, date.fromisoformat(day)


class QueryText(Text):
    """Any text; NUL, which no database can store, counts as a space."""

    plain = False

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(str(value).replace("\0", " "), attr, data, **kwargs)


class Version(ma.fields.Field[str]):
    """A semantic version: `1.0.0`."""

    pattern = f"^{VERSION.pattern}$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not VERSION.fullmatch(str(value)):
            raise ma.ValidationError(f"{value!r} is not a version: write, for example, 1.0.0")
        return str(value)


class Amount(ma.fields.Float):
    """A decimal number, in the notation of JSON, of at most 1e18."""

    MOST = 1e18

    default_error_messages = {"invalid": "is not a number from -1e18 to 1e18"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", str(value)) or abs(float(value)) > self.MOST:
            raise self.make_error("invalid")
        return float(value)


class NonNegativeInteger(ma.fields.Integer):
    """An integer from 0 up, in at most nine decimal digits."""

    MOST = 999_999_999

    default_error_messages = {"invalid": "is not a whole number"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", str(value)):
            raise self.make_error("invalid")
        return int(value)


def distinct(values: list[str]) -> None:
    """Raises ValidationError if a key occurs twice, ascending or descending (`-key`)."""
    words = [value.lstrip("-") for value in values]
    if twice := sorted({word for word in words if words.count(word) > 1}):
        raise ma.ValidationError(f"{twice[0]!r} is given twice")


class Form(validate.Regexp):
    """A pattern for the whole text (in Python, `$` would also match before a final line break)."""

    def __call__(self, value: Any) -> Any:
        if not self.regex.fullmatch(value):
            raise ma.ValidationError(self.error.format(input=value, regex=self.regex.pattern))
        return value


class AnId(Form):
    """The pattern of an id. Of a name it says how its id would be written: `Nikita Khrushchev`, `nikita-khrushchev`."""

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(value)
        except ma.ValidationError as error:
            plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
            meant = "-".join(re.findall(r"[a-z0-9]+", plain))
            if meant and is_id(meant):
                raise ma.ValidationError(f"{error.messages[0]}: write {meant}, say") from None
            raise


def an_id() -> QueryText:
    return QueryText("One id.", validate=AnId(f"^{SLUG.pattern}$", error="{input!r} is not an id (a-z, 0-9 and single hyphens)"))


def ranged(least: int, most: int, default: int, description: str) -> NonNegativeInteger:
    """A whole number of a range."""
    size = validate.Range(least, most, error="is not from {min} to {max}")
    return NonNegativeInteger(validate=size, load_default=default, metadata={"description": description})


def listed(term: ma.fields.Field[Any], description: str, *, required: bool = False) -> ma.fields.Field[Any]:
    """A comma-separated parameter."""
    many = validate.Length(min=1, max=MOST_VALUES, error="more than {max} values")
    told, missing = {"description": description}, {"required": "is missing"}
    return DelimitedList(term, validate=many, required=required, metadata=told, error_messages=missing)
