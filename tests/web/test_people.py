"""The pages of records and lists: the same as the answers for programs, for people."""

import gzip
import html
import json
import re
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from browser import Browser
from conftest import SMALL
from flask.testing import FlaskClient
from lxml import html as lxml_html
from support import unchanged

from api.config import Settings
from api.releases import load
from api.resources import RESOURCES
from api.resources.doubt import SIDE_REMARKS
from api.resources.resource import Resource
from api.schema.fields import Record
from api.schema.shape import Node, shape
from api.web.app import create_app
from api.web.pages.labels import said_as, unit

KINDS = [resource.kind for resource in RESOURCES]
LISTED = ["", "limit=3", "q=geneva&limit=100", "sort={order}&limit=20", "sort={reverse}&limit=20", "limit=2&fields=id"]


def tree(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
    return lxml_html.fromstring(answer.text)


def ids(page: Any, kind: str) -> list[str]:
    """The records that a list shows, in its order."""
    links = page.xpath("//main//*[contains(@class, 'entry')]/*[self::h2 or self::h3]/a/@href | //main//tbody//th/a/@href")
    return [link.removeprefix(f"/{kind}/").partition("?")[0] for link in links]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_a_page_shows_the_records_of_the_answer_for_programs(client: FlaskClient, kind: str) -> None:
    order = next(resource.order for resource in RESOURCES if resource.kind == kind)
    for form in LISTED:
        query = form.format(order=order, reverse=order.lstrip("-") if order.startswith("-") else f"-{order}")
        data = client.get(f"/v1/{kind}?{query}").get_json()["data"]
        assert ids(tree(client, f"/{kind}?{query}"), kind) == [record["id"] for record in data], query


def test_the_pages_of_a_list_lead_through_all_of_it(client: FlaskClient) -> None:
    path, found = "/events?actor=russia&limit=40&facets=type", []
    while path:
        page = tree(client, path)
        found += ids(page, "events")
        (path,) = page.xpath("//main//a[@rel='next']/@href") or [""]
    total = client.get("/v1/events?actor=russia&limit=0").get_json()["meta"]["total"]
    assert len(found) == len(set(found)) == total


def said(nodes: tuple[Node, ...], value: Record) -> Iterator[str]:
    """Every value in a document as its page says it."""
    for node in nodes:
        inner = value[node.name]
        for item in inner if isinstance(inner, list) else [inner]:
            if node.name == "paragraphs" and node.many:
                continue  # as runs: 1-3
            if isinstance(item, dict) and "edtf" in item:
                yield from (item["text"], item["edtf"], item["earliest"] or "open", item["latest"] or "open")
            elif isinstance(item, dict):
                yield from said(node.parts, item) if set(item) != {"id", "name"} else (item["id"], item["name"])
            elif node.name in SIDE_REMARKS:
                yield from [SIDE_REMARKS[node.name]] if item else []
            elif isinstance(item, bool):
                yield "yes" if item else "no"
            elif item is not None:
                yield said_as(node.name, str(item)) if node.values else str(item)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
def test_the_page_of_a_record_says_every_value_of_it(
    client: FlaskClient, documents: dict[str, list[Record]], resource: Resource
) -> None:
    """Of the longest documents, which have most keys."""
    longest = sorted(documents[resource.kind], key=lambda document: len(json.dumps(document)))[-3:]
    for document in longest:
        answer = client.get(f"/{resource.kind}/{document['id']}")
        shown = re.sub(
            r'<script.*?</script>|<span lang="\w+">|<a class="quoted"[^>]*>|(?<=&quot;)</a>', "", answer.text, flags=re.DOTALL
        )
        text = re.sub(r"\s+", " ", html.unescape(re.sub(r"([\u0400-\u04ff])</span>", r"\1", shown)))
        missing = [
            value for value in said(shape(resource.schema), document) if value not in text and value not in text.replace(",", "")
        ]
        assert missing == [], document["id"]


@pytest.mark.parametrize(
    ("path", "key", "before", "after"),
    [
        ("/events/2000-04-19-federation-council-approves-start-ii", "related", "follows:", "State Duma approves START II"),
        ("/agreements/new-start", "relations", "supersedes:", "Strategic Offensive Reductions Treaty"),
        ("/statements/1961-04-22-khrushchev-repeats-charges-over-cuba", "replies_to", "rejects:", "Kennedy answered that"),
    ],
)
def test_what_a_record_is_to_another_is_said_before_the_name_of_the_other(
    client: FlaskClient, path: str, key: str, before: str, after: str
) -> None:
    """`START II approved by the Duma: follows` would say that the vote in the Duma follows the one that the page is about."""
    (item,) = tree(client, path).xpath(f"//section[@id='{key}']//li")
    assert " ".join(item.text_content().split()).startswith(f"{before} {after}")


def test_an_event_of_the_timeline_has_the_name_of_its_type(client: FlaskClient) -> None:
    page = tree(client, "/timeline?on=1962-10-28&kind=events")
    lines = [line.text_content() for line in page.xpath("//li[@class='entry']/p[@class='dim']")]
    assert "28 October 1962 · Understanding reached" in lines


def test_links_to_all_of_a_list_say_of_which(client: FlaskClient) -> None:
    """Biden has as many statements of his as about him: two links called `All 15` would not be told apart when read aloud."""
    links = tree(client, "/actors/joe-biden").xpath("//section[@class='related']/p/a")
    names = {link.text_content(): link.get("href") for link in links}
    assert len(names) == len(links) > 2
    assert any(re.fullmatch("All [0-9]+ statements: Said by this actor.", name) for name in names)


def test_who_acts_is_not_called_a_source(client: FlaskClient) -> None:
    page = tree(client, "/events/us-security-assistance-to-ukraine-since-2014")
    said = [" ".join(item.text_content().split()) for item in page.xpath("//section[@id='participants']//li")]
    assert said == ["United States author of the act", "Ukraine object of the act"]


def test_a_day_that_is_known_is_said_in_words_alone_and_another_with_its_bounds(client: FlaskClient) -> None:
    def dated(path: str) -> str:
        return " ".join(tree(client, path).xpath("//p[@class='dateline']")[0].text_content().split())

    assert dated("/events/2021-06-16-geneva-summit") == "16 June 2021"
    assert dated("/statements/2021-us-wants-to-return-to-negotiating-table").endswith("[2021-01-20..2021-07-28]")


@pytest.mark.parametrize(("path", "language"), [("/actors/joe-biden", "ru"), ("/agreements/new-start", "ru")])
def test_words_in_another_script_are_spoken_in_their_language(client: FlaskClient, path: str, language: str) -> None:
    page = tree(client, path)
    assert page.xpath(f"//dl[@class='facts']//span[@lang='{language}']")
    foreign = page.xpath("//main//text()[normalize-space()]")
    assert [text for text in foreign if re.search(r"[\u0400-\u04ff]", text) and not text.getparent().get("lang")] == []


def test_a_record_that_is_asked_for_in_part_is_shown_in_part(client: FlaskClient) -> None:
    page = tree(client, "/events/2021-06-16-geneva-summit?fields=participants")
    assert page.xpath("//section[@id='participants']")
    assert not page.xpath("//section[@id='quantities']")
    uncited = tree(client, "/events/2021-06-16-geneva-summit?fields=summary")
    assert uncited.xpath("//p[@class='lead']")
    assert not uncited.xpath("//sup")


@pytest.mark.parametrize(
    ("value", "name", "told"),
    [(1, "minute", "minute"), (93, "minute", "minutes"), (24, "person", "people"), (1.5, "percent", "percent"), (5, "USD", "USD"),
     (2, "country", "countries"), (3, "day", "days"), (3, "crash", "crashes")],
)  # fmt: skip
def test_a_number_of_units_reads_as_english(value: float, name: str, told: str) -> None:
    assert unit(value, name) == told


def test_a_language_is_named_on_the_page_of_a_statement(client: FlaskClient) -> None:
    (one,) = client.get("/v1/statements?quote_language=ru&limit=1").get_json()["data"]
    assert '<dt>Quote language</dt><dd><span title="ru">Russian</span></dd>' in client.get(f"/statements/{one['id']}").text


@pytest.mark.parametrize("kind", KINDS)
def test_page_and_answer_for_programs_name_each_other(client: FlaskClient, kind: str) -> None:
    for path in (f"{kind}?limit=2", f"{kind}/{client.get(f'/v1/{kind}?limit=1').get_json()['data'][0]['id']}"):
        page, answer = client.get(f"/{path}"), client.get(f"/v1/{path}")
        programs, people = f"http://localhost/v1/{path}", f"http://localhost/{path}"
        assert f'<{programs}>; rel="alternate"; type="application/json"' in page.headers["Link"]
        assert f'<{people}>; rel="alternate"; type="text/html"' in answer.headers["Link"]
        assert f'<link rel="alternate" type="application/json" href="/v1/{path}">' in page.text
    assert "alternate" not in client.get("/v1/quality").headers["Link"]


@pytest.mark.parametrize("path", ["/", "/events?limit=2", "/actors/russia", "/search?q=geneva", "/timeline?limit=2", "/changes"])
def test_a_page_that_a_reader_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    unchanged(again, answer)
    assert client.get(f"/v1{path}".rstrip("/")).headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize("query", ["type=summit&date_from=1970&date_to=1979", "date_from=2021-05&date_to=2021-05-20"])
def test_a_page_says_how_many_records_are_found_only_possibly(client: FlaskClient, query: str) -> None:
    (total,) = tree(client, f"/events?{query}").xpath("//main//p[@class='total']")
    meta = client.get(f"/v1/events?{query}&limit=0").get_json()["meta"]
    certain, possible = meta["date_match"]["certain"], meta["date_match"]["possible"]
    more = f"; {certain} for certain, {possible - certain} more only possibly (imprecise dates)" if possible > certain else ""
    assert total.text_content() == f"{meta['total']} records{more}"


def test_a_form_may_send_empty_controls(client: FlaskClient) -> None:
    answer = client.get("/events?type=&q=&actor=russia&actor=&date_from=")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/events?actor=russia")
    assert client.get("/events?type=").headers["Location"] == "/events"
    assert client.get("/v1/events?type=").status_code == 400


def test_a_page_in_another_format_is_the_answer_for_programs(client: FlaskClient) -> None:
    for path in ("/events?type=summit&format=csv", "/actors/russia?format=jsonld", "/timeline?format=ics"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (307, f"http://localhost/v1{path}")


def test_faults_of_a_page_are_a_page(client: FlaskClient) -> None:
    answer = client.get("/events?colour=red&type=sumit&limit=x")
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    text = lxml_html.fromstring(answer.text).text_content()
    for error in client.get("/v1/events?colour=red&type=sumit&limit=x").get_json()["errors"]:
        assert error["parameter"] in text
        assert error["detail"] in text
        assert (error["suggestion"] or "") in text
    unknown = client.get("/actors/vladimir-puti")
    assert (unknown.status_code, unknown.mimetype) == (404, "text/html")
    assert 'href="/actors/vladimir-putin"' in unknown.text
    assert client.get("/nowhere", headers={"Accept": "text/html,*/*;q=0.8"}).mimetype == "text/html"
    for path in ("/nowhere", "/v1/events?colour=red", "/docs/nothing"):
        assert client.get(path).mimetype == "application/problem+json"
    assert client.get("/v1/nowhere", headers={"Accept": "text/html"}).mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_small_enough_for_a_poor_line(client: FlaskClient, documents: dict[str, list[Record]], kind: str) -> None:
    largest = max(documents[kind], key=lambda document: len(json.dumps(document)))["id"]
    for path in (f"/{kind}", f"/{kind}/{largest}"):
        assert len(gzip.compress(client.get(path).data)) < 60_000, path


def test_the_nodes_of_a_page_are_those_of_the_record_as_json_ld(client: FlaskClient) -> None:
    page = tree(client, "/events/2021-06-16-geneva-summit")
    (embedded,) = page.xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(embedded) == client.get("/v1/events/2021-06-16-geneva-summit?format=jsonld").get_json(force=True)


def test_a_picture_of_a_page_is_of_what_the_page_shows(client: FlaskClient) -> None:
    shown = {
        "/events?type=summit&date_from=2021&limit=2&sort=date&facets=type": "/pictures/timeline.svg?type=summit&date_from=2021",
        "/events": "/pictures/years.svg",
        "/events/solarwinds-cyber-attack": "/pictures/timeline.svg?ids=solarwinds-cyber-attack",
        "/events/2021-06-16-geneva-summit": None,
        "/agreements/inf-treaty": "/pictures/treaties.svg?ids=inf-treaty",
        "/events?type=summit&date_to=1900": None,
    }
    for path, picture in shown.items():
        pictures = tree(client, path).xpath("//figure//img/@src")
        assert pictures == ([picture] if picture else [])
        for source in tree(client, path).xpath("//figure//source/@srcset"):
            assert client.get(source).mimetype == "image/svg+xml"


HOSTILE = """</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"""


@pytest.mark.parametrize("path", ["/actors/russia", "/agreements/new-start", "/topics/nuclear-arms-control"])
def test_a_page_asks_the_database_as_often_whatever_refers_to_it(
    settings: Settings, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings)
    release, asked = app.extensions["store"].current(), []
    execute = type(release)._fetch
    monkeypatch.setattr(type(release), "_fetch", lambda self, *statement: asked.append(statement) or execute(self, *statement))
    assert app.test_client().get(path).status_code == 200
    assert len(asked) <= 6, "the record, its sources, its history, what it names, what refers to it, and what is shown of that"


def test_text_of_a_dataset_stays_text(edit: Callable[..., Path], tmp_path: Path) -> None:
    """In the name, the summary and the remark of a record, wherever a page shows them, and in what a reader sends."""
    path = edit("events/2021-06-16-geneva-summit.yaml", "title:", "title:")
    record = yaml.safe_load((SMALL / "events" / path.name).read_text(encoding="utf-8"))
    record |= {"title": HOSTILE, "summary": HOSTILE, "note": HOSTILE}
    path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
    settings = Settings(dataset=path.parent.parent, data_dir=tmp_path / "data")
    load.load(settings)[0].close()
    client = create_app(settings).test_client()
    sent, own = quote(HOSTILE, safe=""), f"/events/{path.stem}"
    shown = (
        own,
        "/events",
        "/events?fields=title,summary",
        "/search?q=alert",
        "/timeline",
        "/pictures/timeline",
        "/actors/vladimir-putin",
    )
    for address in (*shown, f"/search?q={sent}", f"/events?q={sent}", f"/events?type={sent}", f"/events/{sent}"):
        page = lxml_html.fromstring(client.get(address).text)
        assert all(
            script.get("type") or script.get("src").startswith(("/suggest.js?", "/png.js?")) for script in page.iter("script")
        ), address
        assert not page.xpath("//img[not(starts-with(@src, '/pictures/'))] | //*[@onerror]"), address
        assert "49" not in page.text_content().split(), address
    page = lxml_html.fromstring(client.get(own).text)
    assert page.text_content().count(HOSTILE) >= 3
    (embedded,) = page.xpath("//script[@type]/text()")
    assert json.loads(embedded)["name"].startswith(HOSTILE)


needs_browser = pytest.mark.needs("chromium")
EVERY_PAGE = (
    "/", "/events?facets=type,actor", "/events?fields=title,date.edtf,participants.actor.name", "/events?colour=red",
    "/events/2021-06-16-geneva-summit", "/events/solarwinds-cyber-attack", "/statements/2021-06-16-putin-denies-cyber-attacks",
    "/agreements/inf-treaty", "/actors/vladimir-putin", "/sources/wsws-2021-05-28-weiss", "/search?q=geneva", "/timeline",
)  # fmt: skip


def sent(form: str, name: str, value: str) -> str:
    """A script that gives the address that a form sends a reader to who fills in one of its controls."""
    return f"""(() => {{
      const form = document.querySelector({json.dumps(form)});
      form.elements[{json.dumps(name)}].value = {json.dumps(value)};
      return form.action + "?" + new URLSearchParams(new FormData(form));
    }})()"""


def link(selector: str) -> str:
    """A script that gives where the first link below a selector leads."""
    return f"document.querySelector({json.dumps(selector)}).href"


@needs_browser
def test_a_reader_goes_from_a_misspelt_name_to_a_meeting_an_account_and_its_source(server: str, browser: Browser) -> None:
    page = browser.evaluate(f"{server}/", sent("form.big", "q", "brinken"))
    page = browser.evaluate(page, link(".entry a[href*='/actors/']"))
    assert page == f"{server}/actors/antony-blinken"
    page = browser.evaluate(page, link(".related a[href*='/events/']"))
    page = browser.evaluate(page, link(".kicker a[href$='/events']"))
    page = browser.evaluate(page, sent("form.filters", "disputed", "true"))
    page = browser.evaluate(page, link(".entry:has(.disputed) a[href*='/events/']"))
    mark = browser.evaluate(page, link(".account .mark a"))
    assert mark.startswith(f"{page}#source-")
    source = browser.evaluate(mark, link(f"#{mark.partition('#')[2]} a"))
    assert source.startswith(f"{server}/sources/")
    assert browser.evaluate(source, "document.querySelectorAll('.related .entry').length") > 0


@needs_browser
@pytest.mark.parametrize("path", EVERY_PAGE[:2] + EVERY_PAGE[7:8])
def test_a_page_fits_a_telephone(server: str, browser: Browser, path: str) -> None:
    wide = "document.documentElement.scrollWidth"
    assert browser.evaluate(f"{server}{path}", wide, width=360) <= 360


def test_a_page_has_small_scripts_and_does_without(client: FlaskClient) -> None:
    (source,) = re.findall('<script src="([^"]*)" defer>', client.get("/").text)
    for script in re.findall('<script src="([^"]*)" defer>', client.get("/pictures/map").text):
        assert len(client.get(script).data) < 3000, script
    for path in EVERY_PAGE:
        scripts = re.findall("<script([^>]*)>", client.get(path).text)
        assert set(scripts) <= {' type="application/ld+json"', f' src="{source}" defer'}, path


TYPED = """(async () => {
  const form = document.querySelector("form.big"), input = form.elements.q, list = form.querySelector("[role=listbox]");
  input.focus();
  input.value = %s;
  input.dispatchEvent(new Event("input"));
  for (let n = 0; n < 1200 && list.hidden; n++) await new Promise((go) => setTimeout(go, 50));
  const press = (key) => input.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  press("ArrowDown");
  const option = document.getElementById(input.getAttribute("aria-activedescendant"));
  const found = [option.innerText, option.dataset.href, input.getAttribute("aria-expanded")];
  press("Escape");
  return [...found, list.hidden];
})()"""


@needs_browser
def test_suggestions_come_while_somebody_types_and_are_chosen_by_keyboard(server: str, browser: Browser) -> None:
    found = browser.evaluate(f"{server}/", TYPED % '"blink"')
    assert found == ["Antony Blinken actors", f"{server}/actors/antony-blinken", "true", True]


@needs_browser
@pytest.mark.trials
@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_page_fits_a_telephone_and_has_nothing_that_shuts_readers_out(server: str, browser: Browser, path: str) -> None:
    axe = Path(str(distribution("axe-core-python").locate_file("axe_core_python/axe.min.js"))).read_text(encoding="utf-8")
    run = f"{axe}; axe.run({{preload: false}}).then((result) => result.violations)"
    found = browser.evaluate(f"{server}{path}", run, width=360)
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
    assert browser.evaluate(f"{server}{path}", "document.documentElement.scrollWidth", width=360) <= 360
