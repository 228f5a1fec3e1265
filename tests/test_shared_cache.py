"""A shared cache in front: the nginx that is deployed."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from conftest import running, wait_for
from nginx import proxied

from api.config import Settings
from api.releases import load

pytestmark = pytest.mark.needs("nginx")
# A minute is long for a test: the same cache, with answers that are fresh for a second.
SHORT = "proxy_ignore_headers Cache-Control; proxy_cache_valid 200 1s;"


def test_the_second_reader_is_answered_by_the_cache_in_the_shape_they_want(server: str, tmp_path: Path) -> None:
    with proxied(server[7:], tmp_path) as url:
        page = f"{url}/v1/events?place=geneva"
        first, second = requests.get(page, timeout=60), requests.get(page, timeout=10)
        assert [answer.headers["X-Cache"] for answer in (first, second)] == ["MISS", "HIT"]
        assert first.content == second.content
        assert first.json()["links"]["self"].startswith(url), "links lead through the cache"
        table = requests.get(page, headers={"Accept": "text/csv"}, timeout=60)
        assert (table.headers["X-Cache"], table.headers["Content-Type"]) == ("MISS", "text/csv; charset=utf-8")
        plain = requests.get(page, headers={"Accept-Encoding": "identity"}, timeout=60)
        assert "Content-Encoding" not in plain.headers
        assert plain.json() == first.json()
        known = requests.get(page, headers={"If-None-Match": first.headers["ETag"]}, timeout=60)
        assert (known.status_code, known.headers["X-Cache"]) == (304, "HIT")
        for path, status in (("/v1/events?typ=x", 400), ("/readyz", 200)):
            assert [requests.get(url + path, timeout=60).headers["X-Cache"] for _ in range(2)] == ["MISS", "MISS"], (path, status)


def test_each_client_gets_the_coding_and_the_type_that_it_likes_from_the_cache(server: str, tmp_path: Path) -> None:
    codings = {"gzip;q=0": None, "gzip; q=1.0": "gzip", "br;q=0.5, gzip": "gzip", "identity, gzip;q=0.1": None, "gzip, br": "br"}
    types = {
        "application/json; charset=utf-8": "application/json",
        "text/html, */*; q=.2": "application/json",
        "text/csv; header=present": "text/csv; charset=utf-8",
        "application/ld+json;profile=x": "application/ld+json",
    }
    with proxied(server[7:], tmp_path) as url:
        for expected in ("MISS", "HIT"):
            for asked, coding in codings.items():
                answer = requests.get(f"{url}/v1/topics", headers={"Accept-Encoding": asked}, timeout=60)
                assert (answer.headers.get("Content-Encoding"), answer.headers["X-Cache"]) == (coding, expected), asked
            for asked, type in types.items():
                answer = requests.get(f"{url}/v1/places", headers={"Accept": asked}, timeout=60)
                assert (answer.headers["Content-Type"], answer.headers["X-Cache"]) == (type, expected), asked


def test_repeats_and_commas_are_the_same_list(server: str, tmp_path: Path) -> None:
    """Escaped or not, as clients send them."""
    forms = (
        "type=summit&type=phone-call",
        "type=summit,phone-call",
        "type=summit%2Cphone-call",
        "type%5B%5D=summit&type=phone-call",
    )
    with proxied(server[7:], tmp_path) as url:
        for cached in ("MISS", "HIT"):
            repeats, commas, escaped, bracketed = (requests.get(f"{url}/v1/events?{form}&limit=2", timeout=60) for form in forms)
            assert repeats.json()["data"] == commas.json()["data"] == escaped.json()["data"]
            assert repeats.json()["meta"]["query"]["type"] == ["phone-call", "summit"]
            assert (bracketed.status_code, repeats.headers["X-Cache"]) == (400, cached)
        following = repeats.json()["links"]["next"]
        assert following.startswith(f"{url}/v1/events?")
        assert (
            requests.get(following, timeout=60).json()["data"]
            == requests.get(commas.json()["links"]["next"], timeout=60).json()["data"]
        )


def test_a_preflight_passes_wherever_it_leads(server: str, tmp_path: Path) -> None:
    """Before and after the cache holds the answer to a GET."""
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    with proxied(server[7:], tmp_path) as url:
        for _ in range(2):
            for path in ("/v1/topics", "/v1/nothing", "/nothing", "/v1/topics/nothing"):
                answer = requests.options(url + path, headers=asked, timeout=60)
                assert answer.status_code in (200, 204), path
                assert answer.headers["Access-Control-Allow-Origin"] == "*"
                assert "GET" in answer.headers["Access-Control-Allow-Methods"]
                assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"].lower()
                assert requests.get(url + path, headers=asked, timeout=60).headers["Access-Control-Allow-Origin"] == "*"


def test_a_new_release_replaces_what_is_kept_and_an_unchanged_one_keeps_it(
    edit: Callable[..., Path], small: Path, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    served = running("--dataset", str(small), "--data-dir", str(data_dir), cwd=tmp_path)
    with served as (api, _), proxied(api[7:], tmp_path, SHORT) as url:
        page = f"{url}/v1/topics/security"
        before = requests.get(page, timeout=60).json()
        time.sleep(1.5)
        wait_for(lambda: requests.get(page, timeout=60).headers["X-Cache"] == "HIT")  # what is the same is fresh again
        edit("topics/security.yaml", "definition: ", "definition: Now ")
        load.load(Settings(dataset=small, data_dir=data_dir))
        wait_for(lambda: requests.get(page, timeout=60).json()["data"]["definition"].startswith("Now "))
        after = requests.get(page, timeout=60).json()
    assert after["data"]["definition"] == "Now " + before["data"]["definition"]
    assert after["meta"]["release"] != before["meta"]["release"]


def test_how_much_one_client_has_left_is_not_shown_to_others(small: Path, tmp_path: Path) -> None:
    limit = {
        "DIPLOMATIC_EVENTS_RATE_LIMIT": "3/day",
        "DIPLOMATIC_EVENTS_TRUSTED_PROXIES": "1",
        "DIPLOMATIC_EVENTS_WORKERS": "1",
    }
    served = running("--dataset", str(small), "--data-dir", str(tmp_path / "data"), cwd=tmp_path, **limit)
    with served as (api, _), proxied(api[7:], tmp_path) as url:
        answers = [requests.get(f"{url}/v1/topics", timeout=60) for _ in range(9)]
        answers += [requests.get(f"{url}/v1/topics?limit={n}", timeout=60) for n in range(1, 4)]
    assert [answer.headers["X-Cache"] for answer in answers[:9]] == ["MISS"] + ["HIT"] * 8
    assert [answer.status_code for answer in answers[8:]] == [200, 200, 200, 429], "what the cache answers costs nothing"
    assert answers[-1].headers["Retry-After"]
    for answer in answers:
        assert not {"RateLimit", "RateLimit-Policy"} & set(answer.headers)


def test_what_is_kept_is_answered_while_the_api_is_away(small: Path, tmp_path: Path) -> None:
    served = running("--dataset", str(small), "--data-dir", str(tmp_path / "data"), cwd=tmp_path)
    with served as (api, process), proxied(api[7:], tmp_path, SHORT) as url:
        page = f"{url}/v1/topics"
        before = requests.get(page, timeout=60)
        process.terminate()
        process.wait(timeout=30)
        time.sleep(1.5)
        away = requests.get(page, timeout=60)
        assert (away.status_code, away.headers["X-Cache"]) == (200, "STALE")
        assert away.content == before.content
