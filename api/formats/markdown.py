"""Markdown (CommonMark): each record as a heading, what is doubtful in sentences, and every key that says something."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..resources.doubt import date_words, exact, heading, remarks
from ..resources.event_types import quad_class
from ..schema.fields import Record
from ..schema.shape import Node, shape
from ..schema.versions import is_draft
from .result import Listing

PROSE = ("summary", "paraphrase", "description", "definition")  # the key that says what a record is about
TOLD = ("id", "disputed", "one_sided", "updated_in")  # keys that stand elsewhere: in the heading, in sentences
CITATIONS = "citations"
SPECIAL = re.compile(r"([\\`*_\[\]<>#~]|&(?=#|\w+;)|(?<=\d)[.)](?=\s)|^[-+=](?=[\s=-]|$)|^\d+[.)]$)")


def markdown(listing: Listing) -> Iterator[str]:
    """A page of records, each a section, and the address of the next page."""
    yield f"# {escaped(listing.heading)}\n\n{origin(listing)}\n"
    for document in listing.documents():
        yield f"\n{section(listing, document, 2)}"
    if listing.next:
        yield f"\n[Next page](<{listing.next}>)\n"


def item(listing: Listing) -> str:
    """The one record of a listing as a document."""
    (document,) = listing.documents()
    return f"{section(listing, document, 1)}\n{origin(listing)}\n"


def origin(listing: Listing) -> str:
    """The release that everything is from, and whether it can be cited."""
    about = listing.release.about
    draft = " This is a draft, which may change and cannot be cited." if is_draft(about["version"]) else ""
    return f"From {escaped(about['title'])}, version {about['version']}, {escaped(about['licence'])}.{draft}"


def section(listing: Listing, document: Record, level: int) -> str:
    """A record: its title, what is doubtful, what it is about, its address, and its other keys as a list."""
    named = listing.resource.heading
    prose = next((key for key in PROSE if document.get(key) and key != named), named)
    told = {*TOLD, prose, named}
    paragraphs = [
        f"{'#' * level} {escaped(heading(listing.title(document), document))}",
        escaped(remarks(document)),
        escaped(document[prose]) if prose != named else "",
        "\n".join(
            [
                f"- **Record**: `{listing.resource.kind}/{document['id']}`, <{listing.url(document)}>",
                *_bullets((node for node in shape(listing.resource.schema) if node.name not in told), document, 0),
            ]
        ),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def escaped(text: object) -> str:
    """A text on one line that is no markup."""
    return SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _bullets(nodes: Iterable[Node], document: Record, depth: int) -> Iterator[str]:
    """A line for each key that says something, and below it a line for each thing with keys of its own."""
    for node in nodes:
        value = document.get(node.name)
        if value is None or value == []:
            continue
        head = f"{'  ' * depth}- **{_word(node)}**:"
        if not _nests(node):
            yield f"{head} {_inline(node, value)}"
            continue
        yield head
        for each in value if node.many else [value]:
            yield from _item(node, each, depth + 1)


def _item(node: Node, value: Record, depth: int) -> Iterator[str]:
    """What a thing says in one line, and below it the things that it has."""
    parts = [part for part in node.parts if not (node.refers and part.name in ("id", "name"))]
    told = [part for part in parts if not _nests(part) and value.get(part.name) not in (None, [])]
    said = [f"{_word(part).lower()}: {_inline(part, value[part.name])}" for part in told]
    named = [f"{escaped(value['name'])} (`{value['id']}`)"] if node.refers else []
    yield f"{'  ' * depth}- {'; '.join([*named, *said])}"
    yield from _bullets((part for part in parts if _nests(part)), value, depth + 1)


def _nests(node: Node) -> bool:
    """Whether a key holds things with keys of their own: no text, date, reference or citation."""
    if node.type != "object" or node.name == CITATIONS or _is_date(node):
        return False
    return not {part.name for part in node.parts} <= {"id", "name", "offices"}


def _is_date(node: Node) -> bool:
    return any(part.name == "edtf" for part in node.parts)


def _inline(node: Node, value: Any) -> str:
    if isinstance(value, list):
        return ("; " if node.type == "string" else ", ").join(_inline(node, each) for each in value)
    if node.name == CITATIONS:
        return cited(value)
    if _is_date(node):
        return escaped(date_words(value)) + ("" if exact(value) else f" (`{value['edtf']}`)")
    if isinstance(value, dict):
        known = [f"`{value['id']}`", *(escaped(office["title"]) for office in value.get("offices", ()))]
        return f"{escaped(value['name'])} ({'; '.join(known)})"
    return _plain(node, value)


def _plain(node: Node, value: Any) -> str:
    """A value that is no mapping: a word of a vocabulary, an address, a number, a text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if node.values:
        return str(value).replace("_", " ")
    if node.name == "quad":
        return quad_class(value)
    return f"<{value}>" if re.fullmatch(r"https?://[^\s<>]+", str(value)) else escaped(value)


def cited(citation: Record) -> str:
    """Where a source says something: `New START Treaty, paragraphs 3, 4 (sources/...)`."""
    word = "paragraphs" if len(citation["paragraphs"]) > 1 else "paragraph"
    places = [f"{word} {', '.join(map(str, citation['paragraphs']))}"] if citation["paragraphs"] else []
    places += [escaped(citation["locator"])] if citation["locator"] else []
    source = citation["source"]
    return f"{', '.join([escaped(source['name']), *places])} (`sources/{source['id']}`)"


def _word(node: Node) -> str:
    return node.name.replace("_", " ").capitalize()
