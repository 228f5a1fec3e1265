"""What is doubtful in a public document (status, sides, date), in the words that every format uses."""

import re

from ..schema.fields import Record
from ..schema.public_date import render

# The statuses of an event that are no established fact, in words.
STATUS_REMARKS = {
    "announced": "Announced: the sources say that it was announced, not that it took place.",
    "planned": "Planned: the sources say that it was planned, not that it took place.",
    "alleged": "Alleged: only an accusation or a single unconfirmed report supports it.",
    "cancelled": "Cancelled: it did not take place.",
}
SIDE_REMARKS = {
    "disputed": "Disputed: accounts of it conflict.",
    "one_sided": "One-sided: something in it rests on one party's account alone.",
}
NO_PROOF = "That a record is not here is no proof that nothing happened."
DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}")  # ISO 8601


def terms(document: Record) -> list[str]:
    """The kinds of doubt that apply to a document: its status, `disputed`, `one_sided`."""
    status = document.get("status")
    doubtful = [status] if isinstance(status, str) and status in STATUS_REMARKS else []  # that of an agreement is a state
    return [*doubtful, *(key for key in SIDE_REMARKS if document.get(key))]


def heading(title: str, document: Record) -> str:
    """A title that says what is doubtful: `Alleged: title (disputed, one-sided)`."""
    words = terms(document)
    sides = ", ".join(word.replace("_", "-") for word in words if word in SIDE_REMARKS)
    status = next((word.capitalize() for word in words if word in STATUS_REMARKS), "")
    before = f"{status}: " if status and not title.startswith(f"{status} ") else ""
    return f"{before}{title}{f' ({sides})' if sides else ''}"


def remarks(document: Record) -> str:
    """When a document's event or statement was, and what is doubtful in it, in sentences; empty if there is nothing to say."""
    dates = [f"Date: {date_words(document['date'])}."] if "date" in document else []
    return " ".join([*dates, *({**STATUS_REMARKS, **SIDE_REMARKS}[word] for word in terms(document))])


def exact(date: Record) -> bool:
    """Whether a public date says the day, or the first and the last day, for sure."""
    sure = date["precision"] == "day" and not (date["approximate"] or date["uncertain"])
    return sure and None not in (date["earliest"], date["latest"]) and not some_day(date)


def some_day(date: Record) -> bool:
    """Whether a public date means one day, and does not say which."""
    return bool(date["sense"] == "one_of" and date["earliest"] != date["latest"])


def date_words(date: Record) -> str:
    """A public date in words: `between 25 and 28 May 2021, day not known`."""
    return f"{date['text']}, day not known" if some_day(date) else str(date["text"])


def term(role: Record) -> str | None:
    """What is not known of the beginning and the end of a role, in words; None if both are known."""
    began, ended, date = role["from"], role["to"], role["attested"]
    missing = [word for word, known in (("from an earlier", began), ("until a later", ended)) if not known]
    if not missing:
        return None
    if not date:
        return f"no {'end' if began else 'beginning'} known" if began or ended else "dates not known"
    last = date["edtf"].partition("/")[2] if date["sense"] == "extent" and not ended else ""
    words = f"{'' if last or not began else 'last '}attested {date_words(date)}"
    words += f": last attested {render(last)['text']}" if last else ""
    return f"{words}; possibly {' and '.join(missing)} day that is not known"


def calendar_dates(date: Record) -> tuple[str | None, str | None]:
    """The first and the last day of a public date; None for a day that is not known: that in a year (`2020`), for instance."""
    first, _, last = date["edtf"].partition("/")
    begin, end = (text if DAY.fullmatch(text) else None for text in (first, last or first))
    return begin, end
