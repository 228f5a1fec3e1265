"""`/v1/export` leads to every answer that is not JSON, and to nothing else."""

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from api.formats import FORMATS
from api.resources import BY_KIND
from api.resources.filters import Terms
from api.web.exports import EXPORTED

ITEMS = [("events/2021-06-16-geneva-summit", "jsonld"), ("actors/russia", "jsonld")]
EVERY = ITEMS + [(path, word) for path, words in EXPORTED.items() for word in words]


def exported(client: FlaskClient, query: str, word: str) -> str:
    answer = client.get(f"/v1/export?{urlencode({'query': query, 'format': word})}")
    assert answer.status_code == 307, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(("path", "word"), EVERY)
def test_an_export_is_the_answer_of_its_query_in_the_format(client: FlaskClient, path: str, word: str) -> None:
    kind = path.removeprefix("aggregates/")
    by = next(filter.name for filter in BY_KIND[kind].filters if isinstance(filter, Terms)) if kind != path else ""
    query = f"{path}?by={by}" if by else path
    answer = client.get(exported(client, query, word))
    assert answer.status_code == 200
    assert answer.mimetype == FORMATS[word].media_type


def test_what_is_listed_can_be_exported_by_its_own_link(client: FlaskClient) -> None:
    """What belongs to a page of JSON is left out; filters, order and fields stay."""
    url = "/v1/events?type=summit&sort=title&limit=2&facets=year&include=actors&cite=true&fields=title"
    table = client.get(exported(client, client.get(url).get_json()["links"]["self"], "csv")).text
    assert table == client.get("/v1/events?type=summit&sort=title&fields=title&format=csv").text
    feed = exported(client, "events?limit=2", "atom")
    assert "limit=2" in feed


@pytest.mark.parametrize(
    ("query", "word", "parameter", "suggestion"),
    [
        ("event?type=summit", "csv", "query", "events"),
        ("events/2021-06-16-geneva-summit", "csv", "format", None),
        ("event/2021-06-16-geneva-summit", "jsonld", "query", None),
        ("events/../actors", "jsonld", "query", None),
        ("https://example.org/", "csv", "query", None),
        ("actors", "ics", "format", None),
        ("network", "csv", "format", None),
        ("events", "ndjso", "format", "ndjson"),
    ],
)
def test_what_cannot_be_exported_is_told(
    client: FlaskClient, query: str, word: str, parameter: str, suggestion: str | None
) -> None:
    answer = client.get(f"/v1/export?{urlencode({'query': query, 'format': word})}")
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert error["parameter"] == parameter
    assert error["allowed"]
    assert suggestion in (None, error["suggestion"])


def test_an_export_leads_to_no_other_host(client: FlaskClient) -> None:
    for query in ("//example.org/v1/events", "https://example.org/v1/events?type=summit", "\\example.org/v1/events"):
        assert exported(client, query, "csv").startswith("/v1/events?")
