"""What filters ask for is said in words, wherever a person reads it: no parameter, no id, no code."""

import re

import pytest
from conftest import DATASET
from flask.testing import FlaskClient

QUERIES = [
    ("events", "type=summit,visit&date_from=2021", "from 1 January 2021 · type Summit or Visit"),
    ("events", "on=2021-06&actor_country=USA&disputed=true", "actor country United States · disputed yes · on 1 to 30 June 2021"),
    ("events", "actor_all=joe-biden,vladimir-putin&type_not=summit", "actor Joe Biden and Vladimir Putin · not type Summit"),
    ("events", "q=arms control&month=2021-06", "month June 2021 · words arms control"),
    ("agreements", "did=russia:suspended&bound_on=russia:2021-06-16", "bound on Russia 16 June 2021 · did Russia suspended"),
]


@pytest.mark.parametrize(("kind", "query", "said"), QUERIES)
def test_a_calendar_and_a_picture_say_their_filters_in_words(client: FlaskClient, kind: str, query: str, said: str) -> None:
    calendar = client.get(f"/v1/{kind}?format=ics&{query}").text.replace("\r\n ", "")
    assert f"{kind} ({said})" in calendar
    picture = client.get(f"/pictures/{'treaties' if kind == 'agreements' else 'years'}.svg?{query}").text
    notes = re.findall(r'class="note">([^<]*)', picture)
    assert " ".join(notes).startswith(f"{said} · release")


def test_a_page_says_its_filters_in_words(client: FlaskClient) -> None:
    page = client.get("/events?actor_country_not=USA&disputed=true&type=summit&actor_all=russia").text
    chips = re.findall(r'<li><span class="label">([^<]*)</span> ([^<]*) <a', page)
    assert [f"{label}: {value}" for label, value in chips] == [
        *("Actor country, none of: United States", "Disputed: yes", "Type: Summit", "Actor, all of: Russia")
    ]


def test_a_quad_class_is_said_in_words(client: FlaskClient) -> None:
    types = client.get("/v1/event-types?limit=200").get_json()["data"]
    said = {1: "1, verbal cooperation", 2: "2, material cooperation", 3: "3, verbal conflict", 4: "4, material conflict"}
    for id, quad in {type["quad"]: (type["id"], type["quad"]) for type in types if type["quad"]}.values():
        assert f">{said[quad]}<" in client.get(f"/event-types/{id}").text
        assert f"**Quad**: {said[quad]}\n" in client.get(f"/v1/event-types/{id}?format=md").text


def test_a_remark_that_names_a_record_by_title_leads_to_it(client: FlaskClient) -> None:
    page, title = client.get("/agreements/salt-ii-treaty").text, "Carter asks the Senate to delay SALT II"
    link = f'<a class="quoted" href="/events/1980-01-carter-asks-senate-to-delay-salt-ii">&quot;{title}&quot;</a>'
    assert link in page
    document = client.get("/v1/agreements/salt-ii-treaty").text
    assert f'\\"{title}\\"' in document


def test_remarks_speak_to_readers_and_not_of_how_the_coders_worked() -> None:
    texts = {path.name: " ".join(path.read_text(encoding="utf-8").split()) for path in DATASET.glob("*/*.yaml")}
    coders = re.compile(r"\b(was|were) not read\b|What was read\b|[Tt]he row (names|does|gives|says|of)")
    assert [name for name, text in texts.items() if coders.search(text)] == []


def test_a_source_is_called_by_a_title_and_not_by_a_file(documents: dict[str, list[dict[str, str]]]) -> None:
    files = re.compile(r"\.(csv|json|ya?ml|xml|tsv|py|rda|pdf|docx?|html?)\b|_")
    assert [source["id"] for source in documents["sources"] if files.search(source["title"])] == []


def test_a_bond_without_an_end_lasts_since_its_beginning(client: FlaskClient) -> None:
    page = client.get("/pictures/treaties?ids=limited-test-ban-treaty&day=1990-01-01").text
    assert "<td>since 10 October 1963</td>" in page
    assert "<td>10 October 1963 to a day between 25 and 26 December 1991</td>" in page
    assert "bound since 10 October 1963" in page


@pytest.mark.parametrize(
    ("party", "day", "said"),
    [
        ("russia", "1990-01-01", "On 1 January 1990 the party was not Russia, but Soviet Union: ask for party=soviet-union."),
        ("soviet-union", "2005-01-01", "On 1 January 2005 the party was not Soviet Union, but Russia: ask for party=russia."),
    ],
)
def test_who_was_the_party_then_is_said_where_its_successor_is_asked_for(
    client: FlaskClient, party: str, day: str, said: str
) -> None:
    query = f"agreements?in_force_on={day}&party={party}"
    assert client.get(f"/v1/{query}").get_json()["meta"]["coverage"]["note"].endswith(said)
    assert said in client.get(f"/{query}").text
    other = said.partition("=")[2].rstrip(".")
    assert client.get(f"/v1/agreements?in_force_on={day}&party={other}").get_json()["meta"]["total"]
