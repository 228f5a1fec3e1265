"""The home page: what the data is, a search, questions with their answers, and where everything is."""

import json
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Response

from ...formats import dumps
from ...query.pagination import page as read_page
from ...query.parameters import arguments
from ...query.parsing import InvalidParameters
from ...query.query import Query
from ...releases.descriptions import describe, schema_org
from ...resources import BY_KIND
from ...resources.brief import Brief, brief
from ...storage.release import Release
from ..addresses import mounted, root
from ..request_parameters import served, store
from ..responses import HTML, not_modified
from ..signposts import CATALOGUE
from .labels import layout
from .pictured import picture
from .render import in_script, page

ANSWERED, SHOWN = 6, 4  # questions with an answer on the page, and records of an answer
KEPT_OUT = ("fields",)  # of a question, what chooses cells of a table


class Answer(NamedTuple):
    """A question with the first of the records that answer it, how many there are, and where all of them are."""

    question: str
    href: str
    total: int
    entries: list[Brief]


def home() -> Response:
    release = served()
    if unchanged := not_modified(release, HTML):
        return unchanged
    return page(
        "home",
        release,
        leads_to={"api-catalog": mounted(CATALOGUE)},
        answers=release.once("answers of the home page", lambda: list(answers(release))),
        questions=release.about["questions"],
        picture=picture("events", {}, release.about["counts"]["events"]),
        jsonld=in_script(dumps(schema_org(describe(release, base=root())))),
        facets={kind: ",".join(layout(resource).facets) for kind, resource in BY_KIND.items()},
    )


def answers(release: Release) -> Iterator[Answer]:
    """The answers to the first questions; a question that names what this data does not have is left out."""
    for question in release.about["questions"][:ANSWERED]:
        parts = urlsplit(question["address"])
        kind, _, id = parts.path.removeprefix("/v1/").partition("/")
        asked = {name: values for name, values in parse_qs(parts.query).items() if name not in KEPT_OUT}
        if (resource := BY_KIND.get(kind)) is None:  # an address that is no list of records stands among the others
            continue
        strings = {**asked, "limit": [str(SHOWN)], **({"ids": [id]} if id else {})}
        try:
            results = read_page(Query(resource, arguments(resource), strings, store(), served=release))
        except InvalidParameters:
            continue
        entries = [brief(resource, json.loads(document)) for document in results.documents]
        query = urlencode(asked, doseq=True, safe=",:")
        yield Answer(
            question["question"], f"/{kind}{f'/{id}' if id else ''}{f'?{query}' if query else ''}", results.total, entries
        )
