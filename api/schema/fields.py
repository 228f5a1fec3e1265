"""The field types of records: each checks the text of a file and renders its part of the public document.

Every field takes its description first; it feeds OpenAPI, the JSON Schemas, the codebook and `new`.
"""

import re
from collections.abc import Iterable
from typing import Any

import marshmallow as ma
import pycountry
from marshmallow import fields as mf
from marshmallow import validate

from ..problems import nearest
from . import edtf

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ID = 120
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Record = dict[str, Any]


def is_id(text: str) -> bool:
    return len(text) <= LONGEST_ID and SLUG.fullmatch(text) is not None


class Schema(ma.Schema):
    """A mapping in a file: unknown keys are errors, absent ones are null. Where it is `noted`, a reading lists its mappings."""

    noted = False
    error_messages = {"type": "is not a mapping of keys", "unknown": "is unknown"}  # as marshmallow has it

    class Meta:
        unknown = ma.RAISE


class _Described(mf.Field[Any]):
    """A field with a description; an optional one is null if absent, and a file must not say null."""

    def __init__(self, description: str, *args: Any, example: Any = None, **kwargs: Any) -> None:
        if not (kwargs.get("required") or kwargs.get("dump_only")):
            kwargs.setdefault("load_default", None)
        kwargs.setdefault("allow_none", False)
        told = {"description": description, "example": example}
        super().__init__(*args, metadata={name: text for name, text in told.items() if text is not None}, **kwargs)
        if self.required:
            self.error_messages["null"] = "is empty"

    default_error_messages = {
        "null": "is empty: leave the key out when there is nothing to say",
        "required": "is missing",
        "validator_failed": "is not allowed",
    }


class Text(_Described, mf.String):
    """Text on one line: white space counts as one space."""

    default_error_messages = {"invalid": "is not text"}
    plain = True  # no control characters
    pattern = r"\S"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = " ".join(str(super()._deserialize(value, attr, data, **kwargs)).split())
        if not text:
            raise self.make_error("null")
        if self.plain and CONTROL.search(text):
            raise ma.ValidationError("holds a control character")
        return text


class Choice(Text):
    """One of the words of a closed vocabulary."""

    def __init__(self, description: str, choices: Iterable[str], **kwargs: Any) -> None:
        super().__init__(description, validate=validate.OneOf(tuple(choices), error="{input!r} is not allowed"), **kwargs)


class Ref(Text):
    """The id of a record of another kind; rendered with that record's name."""

    def __init__(self, description: str, kind: str, **kwargs: Any) -> None:
        super().__init__(
            description,
            validate=validate.Regexp(f"^{SLUG.pattern}$", error="is not an id (a-z, 0-9 and single hyphens)"),
            **kwargs,
        )
        self.kind = kind


class Holder(Ref):
    """An actor, rendered with the offices held on the date in the key `on` of the same mapping."""

    def __init__(self, description: str, on: str = "date", **kwargs: Any) -> None:
        super().__init__(description, kind="actors", **kwargs)
        self.on = on


class DetailedRef(Ref):
    """A reference with keys of its own: of the mapping that the record has under `detail` for each id, rendered by `schema`."""

    def __init__(self, description: str, kind: str, schema: type[Schema], detail: str) -> None:
        super().__init__(description, kind)
        self.schema, self.detail = schema(), detail


class Edtf(_Described, mf.Field[str]):
    """An EDTF date, rendered with its bounds, precision, sense and a text in words."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            edtf.bounds(str(value))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from None
        return str(value)


class Country(Text):
    """An ISO 3166-1 alpha-3 code; codes of former states (ISO 3166-3, such as SUN) are allowed."""

    pattern = "^[A-Z]{3}$"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, attr, data, **kwargs)
        known = pycountry.countries.get(alpha_3=code) or pycountry.historic_countries.get(alpha_3=code)
        if known and known.alpha_3 == code:
            return code
        raise ma.ValidationError(f"{code!r} is not an ISO 3166-1 alpha-3 code")

    @staticmethod
    def meant(text: object) -> str | None:
        """The code that a wrong one was probably meant to be: the same in capitals, an alpha-2 code's, or the nearest."""
        code = str(text).upper()
        two = pycountry.countries.get(alpha_2=code)
        return two.alpha_3 if two else nearest(code, (country.alpha_3 for country in pycountry.countries))


class Number(_Described, mf.Field[float]):
    """A JSON number; an integer stays an integer."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | float:
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", str(value)):
            raise ma.ValidationError(f"{value!r} is not a number (digits, and a point where needed)")
        return float(value) if "." in str(value) else int(value)


class Whole(Number):
    """A whole number from 1 up."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        number = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(number, int) or number < 1:
            raise ma.ValidationError(f"{value!r} is not a whole number from 1 up")
        return number


class Url(Text):
    """An absolute http or https address."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        check = validate.URL(schemes={"http", "https"}, error="{input!r} is not an absolute http(s) address")
        super().__init__(description, validate=check, **kwargs)


class Many(_Described, mf.List[Any]):
    """A list; empty when the key is absent, and never written empty."""

    default_error_messages = {"invalid": "is not a list"}

    def __init__(self, description: str, inner: mf.Field[Any], **kwargs: Any) -> None:
        if not (kwargs.get("required") or kwargs.get("dump_only")):
            kwargs.setdefault("load_default", list)
        kwargs.setdefault("validate", validate.Length(min=1, error="is empty: leave the key out"))
        super().__init__(description, inner, **kwargs)


class One(_Described, mf.Nested):
    """A mapping inside a record."""

    default_error_messages = {"type": "is not a mapping of keys"}


class Flag(_Described, mf.Boolean):
    """True or false."""


class Links(_Described, mf.Dict):
    """Addresses by name, relative to the server."""


def choices(field: Any) -> tuple[str, ...]:
    """The closed vocabulary of a field; empty where it has none."""
    return next((tuple(v.choices) for v in getattr(field, "validators", ()) if isinstance(v, validate.OneOf)), ())
