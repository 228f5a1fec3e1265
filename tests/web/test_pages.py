"""The pages, in a real browser; what they load comes from this server alone."""

import gzip
import re
from typing import Any

import pytest
from browser import Browser
from flask.testing import FlaskClient
from lxml import html as lxml_html

from api.resources import RESOURCES

needs_browser = pytest.mark.needs("chromium")
DOM = "document.documentElement.outerHTML"
UNTIL = """
  const until = async (find) => {
    for (let n = 0; n < 1200; n++) {
      const found = find();
      if (found) return found;
      await new Promise((go) => setTimeout(go, 50));
    }
    throw new Error(`${find} did not come: ${document.body.innerText.slice(0, 500)}`);
  };
"""


def dom_with(more: int, selector: str) -> str:
    """A script that gives the DOM once more than so many elements are there."""
    return (
        f"(async () => {{{UNTIL} await until(() => document.querySelectorAll('{selector}').length > {more}); return {DOM}; }})()"
    )


@needs_browser
def test_the_documentation_shows_every_route(server: str, browser: Browser) -> None:
    dom = browser.evaluate(f"{server}/docs/try", dom_with(len(RESOURCES), "[data-path]"))
    for resource in RESOURCES:
        assert f'data-path="/v1/{resource.kind}"' in dom
    assert "Unable to render this definition" not in dom
    opened = browser.evaluate(f"{server}/docs/try#/events/list_events", dom_with(len(RESOURCES), ".parameter__name"))
    assert opened.count('class="parameter__name') > len(RESOURCES), "an operation opens, with its parameters"


TRY = (
    f"(async () => {{{UNTIL}"
    """
  await until(() => document.querySelector(".parameters input"));  // until then it knows no operation to execute
  document.querySelector(".execute").click();
  const answer = await until(() => document.querySelector(".live-responses-table .response"));
  const text = (of, where) => of.querySelector(where).innerText;
  return {
    status: text(answer, ".response-col_status"),
    body: text(answer, ".highlight-code, pre"),
    url: text(document, ".request-url pre"),
  };
})()"""
)


@needs_browser
def test_the_documentation_asks_the_server_for_its_reader(server: str, browser: Browser) -> None:
    found = browser.evaluate(f"{server}/docs/try#/events/list_events", TRY)
    assert found["status"].startswith("200"), found
    assert found["url"].startswith(f"{server}/v1/events"), found
    assert '"data": [' in found["body"]


@needs_browser
def test_the_front_page_shows_the_numbers(server: str, browser: Browser) -> None:
    dom = browser.evaluate(f"{server}/", DOM)
    for resource in RESOURCES:
        assert f'href="/v1/{resource.kind}"' in dom


def test_every_link_of_the_front_page_leads_somewhere(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.mimetype == "text/html"
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page.text)]
    assert len(links) > len(RESOURCES) + 5
    for link in links:
        assert client.get(link).status_code == 200, link


def test_pages_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", "/docs", "/docs/try"):
        assert re.findall(r'(?:src|href)="(?:https?:)?//(?!creativecommons\.org)', client.get(path).text) == []
    for path in re.findall(r'(?:src|href)="(/docs/[^"]+)"', client.get("/docs/try").text):
        with client.get(path) as answer:
            assert answer.status_code == 200, path


def test_the_page_of_the_contract_says_every_operation_and_parameter_without_a_script(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert set(re.findall("<script src=.([^?]*)", page.text)) == {"/suggest.js"}
    assert len(gzip.compress(page.data)) < 60_000
    root = lxml_html.fromstring(page.text)
    contract = client.get("/openapi.json").get_json()
    for path, item in contract["paths"].items():
        (heading,) = root.xpath(f"//h3[@id='{item['get']['operationId']}']")
        assert heading.text_content() == f"GET {path}"
        (group,) = heading.xpath("ancestor::section")
        said = {name.rstrip("*") for name in group.xpath(".//tbody//th//text()")}
        told = (*item.get("parameters", ()), *item["get"].get("parameters", ()))
        wanted = {resolved(part, contract)["name"] for part in told}
        assert wanted <= said, path
    assert "participants" in root.xpath("string(//section[@id='events'])")


def resolved(part: dict[str, Any], contract: Any) -> dict[str, Any]:
    for name in part.get("$ref", "#").split("/")[1:]:
        contract = contract[name]
    return contract if "$ref" in part else part


def test_the_documents_can_be_read_from_the_server(client: FlaskClient) -> None:
    links = re.findall(r'href="(/docs/texts/[^"]+)"', client.get("/docs").text)
    assert "/docs/texts/asking.md" in links
    for link in links:
        answer = client.get(link)
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        assert answer.text.startswith("# ")
    assert client.get("/docs/texts/..%2Fpyproject.md").status_code == 404
