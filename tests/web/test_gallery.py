"""The pages of pictures, of threads and of the network; and what the pages that are no lists show is what their answers have."""

import gzip
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import requests
from browser import Browser
from conftest import ROOT
from flask.testing import FlaskClient
from lxml import html as lxml_html

from api.resources import RESOURCES
from api.schema.fields import Record
from api.web.pictures.drawings import DRAWINGS

KINDS = "|".join(resource.kind for resource in RESOURCES)
ASKED = "2021-06-16-putin-denies-cyber-attacks"
PICTURES = {
    "/pictures/timeline?year=2021&lanes=type": "timeline.svg?year=2021&lanes=type",
    "/pictures/treaties?party=russia&day=2026-03-01": "treaties.svg?party=russia&day=2026-03-01",
    "/pictures/years?type=summit&by=status": "years.svg?type=summit&by=status",
    "/pictures/map?type=summit": "map.svg?type=summit",
    "/pictures/chronicle?year=2021&kind=statements": "chronicle.svg?year=2021&kind=statements",
    "/network?year=2021&nodes=20": "network.svg?year=2021&nodes=20",
    f"/threads/{ASKED}": f"thread.svg?ids={ASKED}",
}


def page(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
    return lxml_html.fromstring(answer.text)


def records(root: Any, below: str = "//main") -> set[str]:
    """The records that a page leads to, as `kind/id`."""
    found = (re.fullmatch(rf"/((?:{KINDS})/[a-z0-9-]+)(\?.*)?", href) for href in root.xpath(f"{below}//a/@href"))
    return {match[1] for match in found if match}


def of_hits(body: Record) -> set[str]:
    return {f"{hit['kind']}/{hit['id']}" for hit in body["data"]}


def of_entries(body: Record) -> set[str]:
    return {entry["links"]["self"].removeprefix("/v1/") for entry in body["data"]}


def of_nodes(body: Record) -> set[str]:
    return {f"actors/{node['id']}" for node in body["data"]["nodes"]}


def of_trees(body: Record) -> set[str]:
    def ids(trees: list[Record]) -> Iterator[str]:
        for tree in trees:
            yield f"statements/{tree['id']}"
            yield from ids(tree["replies"])

    return set(ids(body["data"]))


@pytest.mark.parametrize(
    ("path", "below", "found"),
    [
        ("/search?q=geneva&limit=30", "//li", of_hits),
        ("/search?q=brinken", "//li", of_hits),
        ("/timeline?limit=30", "//li", of_entries),
        ("/timeline?kind=agreements&sort=date&limit=9", "//li", of_entries),
        ("/changes?limit=30", "//li", of_hits),
        ("/network?place=reykjavik", "//div[@role='region']", of_nodes),
        (f"/threads/{ASKED}", "//table", of_trees),
    ],
)
def test_a_page_leads_to_the_records_of_the_answer_for_programs(
    client: FlaskClient, path: str, below: str, found: Callable[[Record], set[str]]
) -> None:
    wanted = found(client.get(f"/v1{path}").get_json())
    assert wanted
    assert records(page(client, path), f"//main{below}") == wanted


@pytest.mark.parametrize("path", PICTURES)
def test_the_page_of_a_picture_has_its_links_and_a_table_of_it(client: FlaskClient, path: str) -> None:
    root, svg = page(client, path), f"/pictures/{PICTURES[path]}"
    assert root.xpath("//a[@download]/@href") == [svg]
    alone = lxml_html.fromstring(client.get(svg).data)
    drawn = root.xpath("//div[@role='region']//a/@href")
    assert drawn == alone.xpath("//a/@href")
    assert {href for href in root.xpath("//table//a/@href") if "/events?" not in href} <= set(drawn)
    assert not root.xpath("//style | //*[@style]"), "the policy would forbid it"
    assert client.get(root.xpath("//link[@rel='alternate']/@href")[0]).mimetype == "application/json"


@pytest.mark.parametrize("name", [name for name, drawing in DRAWINGS.items() if not drawing.needs_ids])
def test_the_page_of_a_picture_of_everything_is_small(client: FlaskClient, name: str) -> None:
    assert len(gzip.compress(client.get(f"/pictures/{name}").data)) < DRAWINGS[name].most_bytes


def test_the_page_of_a_picture_refuses_what_the_picture_refuses(client: FlaskClient) -> None:
    for path in ("/pictures/timeline?lanes=lane", "/network?colour=red", "/pictures/thread"):
        assert (client.get(path).status_code, client.get(path).mimetype) == (400, "text/html")
    assert client.get("/threads/nobody-said-this").status_code == 404
    assert client.get("/pictures/timeline?lanes=&year=2021").headers["Location"] == "/pictures/timeline?year=2021"


def test_every_picture_that_a_page_shows_is_there(client: FlaskClient) -> None:
    paths = ["/", "/pictures", "/timeline", *(f"/{resource.kind}" for resource in RESOURCES), f"/statements/{ASKED}"]
    found = {path: page(client, path).xpath("//figure//img/@src") for path in paths}
    for address in {address for addresses in found.values() for address in addresses}:
        assert client.get(address).mimetype == "image/svg+xml", address
    assert found[f"/statements/{ASKED}"] == [f"/pictures/thread.svg?ids={ASKED}"]
    assert len(found["/pictures"]) == sum(not drawing.needs_ids for drawing in DRAWINGS.values())


def test_a_source_is_named_with_its_publisher_and_date(client: FlaskClient) -> None:
    (note,) = page(client, "/events/2021-06-16-geneva-summit").xpath("//li[a[@href='/sources/le-news-2021-06-16-geneva']]")
    source = client.get("/v1/sources/le-news-2021-06-16-geneva").get_json()["data"]
    assert f", {source['publisher']}, {source['published']['text']}" in note.text_content()


needs_browser = pytest.mark.needs("chromium")
# Each link of a picture can be focused, and says to a screen reader what it is.
FOCUSED = """(() => [...document.querySelectorAll(".drawing a")].filter((link) => {
  link.focus();
  return document.activeElement === link && link.querySelector("title").textContent;
}).length)()"""


@needs_browser
def test_the_marks_of_a_picture_are_reached_by_keyboard(server: str, browser: Browser) -> None:
    path = f"/threads/{ASKED}"
    links = browser.evaluate(f"{server}{path}", "document.querySelectorAll('.drawing a').length")
    assert browser.evaluate(f"{server}{path}", FOCUSED) == links > 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # a browser sees the same of both databases
@needs_browser
@pytest.mark.parametrize(("number", "ending", "paper"), [(0, "", b"\xfb\xfa\xf7"), (1, "-dark", b"\x14\x18\x1e")])
def test_a_picture_is_saved_as_png(server: str, browser: Browser, tmp_path: Path, number: int, ending: str, paper: bytes) -> None:
    click = f"document.querySelectorAll('.shapes button')[{number}].click()"
    file = browser.saved(f"{server}/pictures/years?year=2021&width=400", click, tmp_path)
    assert re.fullmatch(rf"years-.*{ending}\.png", file.name)
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    drawn = requests.get(f"{server}/pictures/years.svg?year=2021&width=400", timeout=60).text
    height = int(re.search('height="([0-9]+)"', drawn).group(1))  # type: ignore[union-attr]
    assert struct.unpack(">II", data[16:24]) == (800, 2 * height)
    pixels = zlib.decompress(b"".join(chunks(data, b"IDAT")))
    assert pixels[1:4] == paper
    assert len(set(pixels)) > 50, "a blank picture has its paper alone"


def chunks(png: bytes, name: bytes) -> Iterator[bytes]:
    """The content of the chunks of a name."""
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == name:
            yield png[at + 8 : at + 8 + size]
        at += size + 12


@needs_browser
@pytest.mark.trials
@pytest.mark.parametrize("path", ["/pictures", *PICTURES])
def test_every_picture_fits_a_telephone_and_has_nothing_that_shuts_readers_out(server: str, browser: Browser, path: str) -> None:
    axe = Path(str(distribution("axe-core-python").locate_file("axe_core_python/axe.min.js"))).read_text(encoding="utf-8")
    run = f"{axe}; axe.run({{preload: false}}).then((result) => result.violations)"
    found = browser.evaluate(f"{server}{path}", run, width=360)
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []
    assert browser.evaluate(f"{server}{path}", "document.documentElement.scrollWidth", width=360) <= 360


def test_the_pictures_of_the_documents_are_all_shown_and_small() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    shown = re.findall(r"!\[[^]]+\]\(pictures/([^)]+)\)", (ROOT / "docs" / "pages.md").read_text(encoding="utf-8"))
    assert sorted(shown) == [path.name for path in pictures]
    assert len(pictures) == 8
    assert sum(path.stat().st_size for path in pictures) < 600_000


@needs_browser
def test_a_reader_sees_who_is_bound_on_a_day_and_a_year_on_a_telephone(server: str, browser: Browser) -> None:
    caught = "[...document.querySelectorAll('.drawing .caught')].map((mark) => mark.closest('a').getAttribute('href'))"
    seen = browser.evaluate(f"{server}/pictures/treaties?party=russia&day=2026-03-01", caught)
    answer = requests.get(f"{server}/v1/agreements?bound_on=russia:2026-03-01&date_match=certain&fields=id", timeout=60)
    assert {f"/agreements/{record['id']}" for record in answer.json()["data"]} <= set(seen)
    drawn = """(() => {
      const picture = document.querySelector(".drawing svg"), mark = picture.querySelector(".solid");
      return [picture.getBoundingClientRect().width, document.documentElement.scrollWidth, getComputedStyle(mark).fill];
    })()"""
    width, whole, fill = browser.evaluate(f"{server}/pictures/timeline?year=2021&width=360", drawn, width=360)
    assert width <= whole <= 360
    assert fill != "rgb(0, 0, 0)", "the style sheet of the page has the styles of the picture"
