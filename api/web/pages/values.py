"""The values of a record as HTML: every part of a value is shown, what is known of it in its place, the rest after it.

How a key is shown follows from its node in the schema and is decided once (`writer`); a page then only writes its values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, NamedTuple

from ...resources.brief import CODES, words
from ...resources.doubt import date_words, exact, term
from ...schema.fields import Record
from ...schema.public_date import render
from ...schema.shape import Node
from .labels import in_language, label, said_as, unit
from .mentions import linked
from .nodes import head, is_date, is_reference, is_simple, present
from .notes import place, spans


class Sheet(NamedTuple):
    """What values need to know of their page: the path that addresses begin with, the query string that they end with
    where the page keeps to a release, the numbers of the sources, and the records that its texts name by title."""

    base: str
    pin: str
    numbers: Mapping[str, int]
    named: Mapping[str, str] = MappingProxyType({})


Writer = Callable[[Sheet, Any], str]
STANDS = ("relation", "stance")  # what a record is or does to another, which is said before that other's name: `follows: ...`


def reference(sheet: Sheet, kind: str, ref: Record) -> str:
    return f'<a href="{sheet.base}/{kind}/{ref["id"]}{sheet.pin}">{in_language(ref["name"])}</a>'


def date(value: Record, said: str = "") -> str:
    """A date in words, or as what is said of it, with its EDTF and its bounds for who points at it."""
    bounds = f"{value['earliest'] or 'open'} to {value['latest'] or 'open'}"
    return f'<time title="EDTF {escape(value["edtf"])}, {bounds}">{escape(said or date_words(value))}</time>'


def full_date(_: Sheet, value: Record) -> str:
    """A date; one that is not exact with its bounds in words, and as EDTF."""
    if exact(value):
        return date(value)
    how = "it lasted" if value["sense"] == "extent" else "some day"
    first, last = (value[end] and render(value[end])["text"] for end in ("earliest", "latest"))
    bounds = f"from {first or 'an open beginning'} to {last or 'an open end'}"
    return f'{date(value)} <span class="dim">({how} {bounds})</span> <code class="dim">{escape(value["edtf"])}</code>'


def marks(sheet: Sheet, citations: Iterable[Record]) -> str:
    """The numbers of the sources of what stands before them, each with the paragraphs."""
    return "".join(_mark(sheet.numbers[cited["source"]["id"]], cited) for cited in citations)


def _mark(number: int, cited: Record) -> str:
    paragraphs, where = cited["paragraphs"], place(cited)
    title = escape(cited["source"]["name"] + (f", {where}" if where else ""))
    within = f"<span> ¶{', '.join(spans(paragraphs))}</span>" if paragraphs else ""
    return f'<sup class="mark"><a href="#source-{number}" title="{title}">{number}{within}</a></sup>'


def doubted(doubts: Iterable[str]) -> str:
    return "".join(f' <span class="doubt {word}">{word}</span>' for word in doubts)


# What formats are for, of those whose names say little to who is no programmer.
FOR = {"ics": "calendar", "atom": "feed", "md": "text", "csv": "table", "geojson": "map", "graphml": "network"}


def also_as(shapes: Iterable[tuple[str, str]]) -> str:
    """The names of other formats with what they are for, each leading to its address."""
    named = [(f"{name} ({FOR[name]})" if name in FOR else name, address) for name, address in shapes]
    links = "".join([f' <a href="{escape(address)}">{name}</a>' for name, address in named])
    return f'<p class="shapes"><span class="label">Also as</span>{links}</p>'


def for_spreadsheets(shapes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """These formats, and CSV as a spreadsheet takes it."""
    return [*shapes, *[("csv for a spreadsheet", f"{address}&spreadsheet=true") for name, address in shapes if name == "csv"]]


def writer(node: Node) -> Writer:
    """Writes what a key holds."""
    if node.name == "citations":
        return marks
    if node.many and not is_simple(node):
        return _items(node)
    one = _one(node)
    return (lambda sheet, value: ", ".join(one(sheet, item) for item in value)) if node.many else one


def row(node: Node, write: Writer) -> Writer:
    """Writes a key in a table of facts; `write` writes what it holds."""
    return _between(f"<div><dt>{label(node.name)}</dt><dd>", write, "</dd></div>\n")


def section(node: Node) -> Writer:
    """Writes a key as a section of its own."""
    simple = is_simple(node)
    write = _between("<p>", writer(node), "</p>") if simple else _items(node) if node.many else _table(node)
    return _between(f'<section id="{node.name}">\n<h2>{label(node.name)}</h2>\n', write, "\n</section>\n")


def _between(before: str, write: Writer, after: str) -> Writer:
    return lambda sheet, value: f"{before}{write(sheet, value)}{after}"


def _table(node: Node) -> Writer:
    rows = [(part.name, row(part, writer(part))) for part in node.parts if part.name != "citations"]
    return lambda sheet, item: f'<dl class="facts">{written(rows, sheet, item)}</dl>{marks(sheet, item.get("citations") or ())}'


def written(writers: Iterable[tuple[str, Writer]], sheet: Sheet, shown: Record) -> str:
    """The keys of a mapping that there is something to show of, each written."""
    return "".join([write(sheet, value) for name, write in writers if present(value := shown.get(name))])


def _one(node: Node) -> Writer:
    """Writes one value of a key, in line."""
    if is_date(node):
        return lambda sheet, value: date(value)
    if is_reference(node):
        kind = node.parts[0].refers
        return lambda sheet, value: reference(sheet, kind, value) + _offices(sheet, value.get("offices"))
    if node.parts:
        return _fields(node)
    if node.type == "boolean":
        return lambda sheet, value: "yes" if value else "no"
    if node.values:
        return lambda sheet, value: escape(said_as(node.name, value))
    return _coded(spoken) if (spoken := CODES.get(node.name)) else _text


def _coded(spoken: Callable[[str], str]) -> Writer:
    """Writes a code as what it stands for."""
    return lambda sheet, value: f'<span title="{escape(str(value))}">{escape(spoken(value))}</span>'


def _text(sheet: Sheet, value: Any) -> str:
    said = escape(str(value))
    if not said.startswith(("https://", "http://")):
        return linked(in_language(str(value)), sheet.named, sheet.base, sheet.pin)
    return f'<a class="url" href="{said}" rel="nofollow">{said}</a>'


def _offices(sheet: Sheet, offices: Iterable[Record] | None) -> str:
    def said(office: Record) -> str:
        title, at = escape(office["title"]), office["organization"]
        return f'<a href="{sheet.base}/actors/{at["id"]}{sheet.pin}" title="{escape(at["name"])}">{title}</a>' if at else title

    return f' <span class="dim">{", ".join(map(said, offices))}</span>' if offices else ""


def _fields(node: Node, *shown: str) -> Writer:
    """Writes the parts of a mapping that are not shown elsewhere, each with its label; marks come last, but for lists."""
    parts = [
        (
            part.name,
            "" if part.values else f'<span class="label">{label(part.name)}</span> ',
            writer(part),
            part.many and not is_simple(part),
        )
        for part in node.parts
        if part.name not in (*shown, "citations")
    ]

    def write(sheet: Sheet, item: Record) -> str:
        inline, lists = list[str](), ["" if "citations" in shown else marks(sheet, item.get("citations") or ())]
        for name, called, write, is_list in parts:
            if present(item[name]):
                (lists if is_list else inline).append(f'\n<span class="field">{called}{write(sheet, item[name])}</span>')
        return "".join((*inline, *lists))

    return write


def _headed(node: Node, *shown: str) -> Writer:
    """Writes an item that begins with what it is about: a reference, or a text; before it how the record stands to it."""
    first = head(node)
    if stands := next((part.name for part in node.parts if part.name in STANDS and part.name not in shown), None):
        rest = _headed(node, stands, *shown)
        return lambda sheet, item: f"<b>{escape(words(item[stands]))}:</b> {rest(sheet, item)}"
    if kind := node.refers:
        rest = _fields(node, "id", "name", *shown)
        return lambda sheet, item: f'<span class="head">{reference(sheet, kind, item)}</span> {rest(sheet, item)}'
    if not first:
        return _fields(node, *shown)
    name, write, rest = first.name, writer(first), _fields(node, first.name, *shown)
    return lambda sheet, item: f'<span class="head">{write(sheet, item[name])}</span> {rest(sheet, item)}'


def _items(node: Node) -> Writer:
    """Writes a list of mappings as what it is: accounts, quantities, acts, periods, or items that begin with their head."""
    keys = {part.name for part in node.parts}
    if keys >= {"about", "value", "stance", "holders"}:
        return _accounts(node)
    if keys >= {"value", "unit", "of"}:
        return _list("ul", "items", _quantity(node))
    if keys >= {"kind", "date", "by"}:
        return _list("ol", "acts", _act(node))
    if keys >= {"actor", "name", "role"}:
        return _list("ul", "items", _participant(node))
    if keys >= {"from", "to"}:
        return _list("ol", "acts", _period(node))
    return _list("ul", "items", _headed(node))


def _list(name: str, called: str, write: Writer) -> Writer:
    def written(sheet: Sheet, items: Iterable[Record]) -> str:
        each = "</li>\n<li>".join(write(sheet, item) for item in items)
        return f'<{name} class="{called}"><li>{each}</li></{name}>'

    return written


def _participant(node: Node) -> Writer:
    """Writes an actor, or the name of somebody who is none."""
    actor, rest = writer(node.parts[0]), _fields(node, "actor", "name")

    def write(sheet: Sheet, item: Record) -> str:
        called = actor(sheet, item["actor"]) if item["actor"] else escape(item["name"])
        return f'<span class="head">{called}</span> {rest(sheet, item)}'

    return write


def _quantity(node: Node) -> Writer:
    rest = _fields(node, "value", "unit", "of", "qualifier")

    def write(sheet: Sheet, item: Record) -> str:
        about = f"{words(item['qualifier'])} " if item["qualifier"] else ""
        number = f"{item['value']:,} {escape(unit(item['value'], item['unit']))}"
        return f"<b>{about}{number}</b> {escape(item['of'])} {rest(sheet, item)}"

    return write


def _act(node: Node) -> Writer:
    rest = _fields(node, "kind", "date")

    def write(sheet: Sheet, item: Record) -> str:
        return _dated(date(item["date"]), f"<b>{escape(words(item['kind']))}</b> {rest(sheet, item)}")

    return write


def _dated(when: str, what: str) -> str:
    return f'<span class="when">{when}</span> <span class="act">{what}</span>'


def _period(node: Node) -> Writer:
    """Writes a period; of a role, what is not known of its beginning and its end, too."""
    rest, all_known = _headed(node, "from", "to", "attested"), _headed(node, "from", "to")
    of_role = any(part.name == "attested" for part in node.parts)

    def write(sheet: Sheet, item: Record) -> str:
        began, ended = item["from"] and date(item["from"]), item["to"] and date(item["to"])
        known = f"{began} to {ended}" if began and ended else f"from {began}" if began else f"until {ended}" if ended else ""
        unknown = term(item) if of_role else None
        if not unknown:
            return _dated(known or "dates not known", all_known(sheet, item))
        said = date(item["attested"], unknown) if item["attested"] else escape(unknown)
        return _dated(known or said, rest(sheet, item) + (f' <span class="dim">{said}</span>' if known else ""))

    return write


def _accounts(node: Node) -> Writer:
    """Writes accounts side by side, those of the same thing together."""
    rest = _fields(node, "about", "value", "stance", "holders", "citations")

    def account(sheet: Sheet, item: Record) -> str:
        holders = ", ".join(reference(sheet, "actors", holder) for holder in item["holders"]) or "The source"
        stance = escape(words(item["stance"]))
        return (
            f'<article class="account {escape(item["stance"])}"><p class="holder">{holders} <b class="stance">{stance}</b></p>\n'
            f"<p>{escape(item['value'])}{marks(sheet, item['citations'])}</p>{rest(sheet, item)}</article>\n"
        )

    def write(sheet: Sheet, items: Iterable[Record]) -> str:
        said = []
        for about, group in by(items, "about"):
            each = "".join(account(sheet, item) for item in group)
            said.append(f'<h3 class="aspect">{escape(words(about))}</h3>\n<div class="accounts">{each}</div>')
        return "".join(said)

    return write


def by(items: Iterable[Record], key: str) -> list[tuple[Any, list[Record]]]:
    """Items grouped by the value of a key, in the order in which the values first come."""
    groups: dict[Any, list[Record]] = {}
    for item in items:
        groups.setdefault(item[key], []).append(item)
    return list(groups.items())
