"""Filters that people reached for: who speaks for whom, through whom, where, in which language, and what lay ahead."""

from typing import Any

import pytest
from conftest import SMALL
from flask.testing import FlaskClient

from api.config import Settings
from api.releases import load
from api.resources.actors import NEAR, shown, tenures
from api.schema.edtf import bounds
from api.web.app import create_app


def found(client: FlaskClient, query: str) -> set[str]:
    answer = client.get(f"/v1/{query}{'&' if '?' in query else '?'}limit=500")
    assert answer.status_code == 200, answer.text
    return {d["id"] for d in answer.get_json()["data"]}


def test_a_state_is_spoken_for_by_its_bodies_and_those_in_office(client: FlaskClient) -> None:
    for_russia = found(client, "statements?speaks_for=russia")
    assert found(client, "statements?speaker=russia") < for_russia
    for speaker in ("vladimir-putin", "sergei-lavrov", "kremlin", "russian-ministry-of-foreign-affairs"):
        assert found(client, f"statements?speaker={speaker}") <= for_russia, speaker
    assert not found(client, "statements?speaker=joe-biden,eyeonworld,gazeta-ru&speaker_not=vladimir-putin") & for_russia
    former = found(client, "statements?speaker=andrea-kendall-taylor,david-shullman")
    assert former
    assert not former & found(client, "statements?speaks_for=united-states"), "what was an office is none on the day"
    assert found(client, "statements?speaks_for=joe-biden") == found(client, "statements?speaker=joe-biden")


def test_speakers_are_found_by_country(client: FlaskClient) -> None:
    of_russia = found(client, "statements?speaker_country=RUS")
    assert found(client, "statements?speaker=dmitry-peskov,russian-press") <= of_russia
    assert found(client, "statements?speaker_country=NZL") == set()


def test_statements_are_found_by_whom_they_came_through(client: FlaskClient) -> None:
    article = found(client, "statements?source=wsws-2021-05-28-weiss")
    through = found(client, "statements?via=world-socialist-web-site")
    assert article
    assert article <= through
    assert found(client, "statements?reported_by=sputnik") <= found(client, "statements?via=sputnik")
    assert found(client, "statements?speaker=sergei-lavrov") <= found(client, "statements?via=sergei-lavrov")


def test_a_statement_is_found_by_its_setting_alone(client: FlaskClient) -> None:
    said_there = found(client, "statements?setting=2021-06-16-putin-press-conference")
    assert said_there
    assert said_there <= found(client, "statements?event=2021-06-16-putin-press-conference")
    about_the_summit = found(client, "statements?event=2021-06-16-geneva-summit")
    assert found(client, "statements?setting=2021-06-16-geneva-summit") < about_the_summit


def test_only_quotes_have_a_language(client: FlaskClient) -> None:
    body = client.get("/v1/statements?quote_language=en&limit=500").get_json()
    assert body["data"]
    assert all(d["quote"] and d["quote_language"] == "en" for d in body["data"])
    assert client.get("/v1/statements?quote_language=tlh").status_code == 400


@pytest.mark.parametrize("kind", ["events", "statements", "agreements", "actors"])
def test_records_are_found_by_the_holder_of_an_account(client: FlaskClient, kind: str) -> None:
    every = [d for d in client.get(f"/v1/{kind}?limit=500").get_json()["data"] if d["accounts"]]
    holders = {h["id"] for d in every for a in d["accounts"] for h in a["holders"]}
    for holder in sorted(holders)[:5]:
        of = {d["id"] for d in every if any(h["id"] == holder for a in d["accounts"] for h in a["holders"])}
        assert found(client, f"{kind}?holder={holder}") == of
    assert found(client, f"{kind}?holder=barron-trump") == set()


def test_an_event_that_lay_in_the_future_of_a_source_is_told(client: FlaskClient) -> None:
    ahead = found(client, "events?ahead_of_source=some")
    assert "2021-06-16-geneva-summit" in ahead, "China News Service and WSWS wrote in May"
    assert found(client, "events?ahead_of_source=all") <= ahead
    assert not ahead & found(client, "events?ahead_of_source=none")
    assert "2021-05-26-washington-post-opinion-piece" not in ahead


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The small dataset, with an office of which only that it was held on 16 and 17 June 2021 is known."""
    settings = Settings(dataset=SMALL, data_dir=tmp_path_factory.mktemp("attested"))
    load.load(settings)[0].close()
    return create_app(settings).test_client()


@pytest.mark.parametrize(
    ("day", "possible", "certain"),
    [
        ("2021-06-16", True, True),
        ("2021-06-17", True, True),
        ("2021-06-15", True, False),
        ("2020-12-15", True, False),  # 183 days before
        ("2020-12-14", False, False),
        ("2021-12-17", True, False),
        ("2021-12-18", False, False),
    ],
)
def test_an_office_attested_near_the_day_counts_and_is_told_apart(
    attested: FlaskClient, day: str, possible: bool, certain: bool
) -> None:
    client, who = attested, "&ids=vladimir-putin&role=President of Russia"
    body = client.get(f"/v1/actors?role_on={day}{who}").get_json()
    assert bool(body["data"]) is possible
    assert body["meta"]["role_match"] == {"certain": int(certain), "possible": int(possible)}
    assert body["meta"]["query"]["role_attested_within_days"] == NEAR
    strict = client.get(f"/v1/actors?role_on={day}&role_match=certain{who}").get_json()
    assert bool(strict["data"]) is certain
    assert "role_attested_within_days" not in strict["meta"]["query"]


def test_a_match_without_a_day_is_refused(client: FlaskClient) -> None:
    (error,) = client.get("/v1/actors?role_match=certain").get_json()["errors"]
    assert (error["parameter"], error["detail"]) == ("role_match", "goes with role_on")
    assert "role_match" not in client.get("/v1/actors?role=Chancellor of Germany").get_json()["meta"]


@pytest.mark.parametrize(
    ("start", "end", "attested", "certain"),
    [
        ("2021-01-20", "2025-01-20", None, "2021-01-20/2025-01-20"),
        ("2009", "2017", None, "2009-12-31/2017-01-01"),
        ("2012-05-07", None, None, "2012-05-07"),
        ("2012-05-07", None, "2021-06-16", "2012-05-07/2021-06-16"),
        ("2012-05", None, "2021-05", "2012-05-31/2021-05-01"),
        ("2012-05", None, None, None),
        (None, "1991-12-25", None, "1991-12-25"),
        (None, None, "2021-05-06/2021-06-16", "2021-05-06/2021-06-16"),
        (None, None, "2021-05", None),
        (None, None, "2021-06~", None),
        ("2021-01-20~", "2025-01-20", None, None),
        (None, None, "[..2021-05-28]", None),
        (None, None, None, None),
    ],
)
def test_an_office_is_certain_from_when_it_had_begun_to_when_it_may_have_ended(
    start: str | None, end: str | None, attested: str | None, certain: str | None
) -> None:
    role: dict[str, Any] = {"title": "Office", "start": start, "end": end, "attested": attested}
    assert shown(role) == (certain and bounds(certain))
    for tenure in tenures({"roles": [role]}):
        assert certain is None or (tenure.certain and tenure.possible.earliest <= tenure.certain.earliest)
