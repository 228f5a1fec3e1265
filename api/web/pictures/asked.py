"""What a picture is asked for: the documents of a query, and what is said of it around the picture."""

import json
from datetime import date
from functools import partial
from itertools import islice
from urllib.parse import parse_qsl, urlencode

from ...query.pagination import every, total
from ...query.parsing import canonical_text
from ...query.query import Query
from ...query.timeline import Timeline
from ...query.wording import in_words
from ...schema import edtf
from ...schema.fields import Record
from ..addresses import mounted
from ..resources import asked
from .svg import Frame


def page_of(kind: str, document: Record, version: str | None) -> str:
    """The address of a record's page."""
    return mounted(f"/{kind}/{document['id']}{f'?release={version}' if version else ''}")


def documents(query: Query, most: int) -> list[Record]:
    """The first so many documents that a query finds."""
    return [json.loads(text) for text in islice(every(query), most)]


def latest(query: Query) -> str:
    """What the first of the records of a query are, where they are the latest."""
    return "The latest " if (query.values.get("sort") or [query.resource.order])[0] == "-date" else ""


def frame(query: Query, what: str, shown: int, kind: str | None = None) -> Frame:
    """What every drawing is told of a query: `what` names it, around how many records there are, and how many are `shown`.

    `kind` is that of the records that its marks lead to, if it is another one.
    """
    found, resource, values = total(query), query.resource, query.values
    some = f"{latest(query)}{shown:,} of " if shown < found else ""
    heading = what.format(f"{some[:1].lower()}{some[1:]}{found:,} {resource.singular if found == 1 else resource.kind}")
    href = partial(page_of, kind or resource.kind, version=values.get("release"))
    cut = f"{some}{found:,} {resource.kind} are shown; the filters can find fewer." if some else ""
    return Frame(values["width"], heading, href, notes(query), cut)


def notes(query: Query | Timeline, *others: str) -> list[str]:
    """The filters of the query in words, without the ids of what is drawn, and the release."""
    filters = {name: values for name, values in query.normalized.items() if name != "ids"}
    given = in_words(query.release, query.resource, asked(query.resource, filters, *others))
    return [" · ".join(filter(None, (given, f"release {query.release.about['version']}")))]


def shown(query: Query | Timeline) -> tuple[date, date] | None:
    """The days that the query asks for, from the first to the last; None where it leaves a side open."""
    values = query.values
    spans = [edtf.bounds(text) for name in ("year", "month") for text in values.get(name, ())]
    spans += [values[name] for name in ("on",) if name in values]
    first, last = [span.earliest for span in spans], [span.latest for span in spans]
    first += [values["date_from"].earliest] if "date_from" in values else []
    last += [values["date_to"].latest] if "date_to" in values else []
    return (min(first), max(last)) if first and last else None


def narrowed(query: Query, **more: object) -> str:
    """The address of the page with the events of the query that have these values, too."""
    given = dict(parse_qsl(canonical_text(asked(query.resource, query.normalized)), keep_blank_values=True))
    pinned = {"release": query.values["release"]} if "release" in query.values else {}
    return mounted(f"/{query.resource.kind}?{urlencode({**given, **pinned, **more}, safe=',')}")


def of_entry(entry: Record, version: str | None) -> str:
    """The address of the page of the record that an entry belongs to."""
    return page_of(entry["kind"], {"id": entry["links"]["self"].rpartition("/")[2]}, version)
