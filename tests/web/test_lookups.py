"""Search, suggest, resolve, the network and threads find what they promise, whatever is typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.config import Settings
from api.releases import load
from api.web.app import create_app

ANY_TEXT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hits(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/v1/{query}").get_json()["data"]
    return found


def ids(client: FlaskClient, query: str) -> list[str]:
    return [f"{hit['kind']}/{hit['id']}" for hit in hits(client, query)]


def total(client: FlaskClient, query: str) -> int:
    return int(client.get(f"/v1/{query}").get_json()["meta"]["total"])


@pytest.mark.parametrize(
    ("one", "other"),
    [("sanction", "sanctions"), ("treaties", "treaty"), ("US", "U.S."), ("us", "U.S"), ("“nuclear war”", '"nuclear war"'),
     ("«nuclear war»", "„nuclear war“"), ("Лавров", "lavrov"), ("GENÈVE", "geneve"), ("2021-06-16", "16 June 2021"),
     ("salt 2", "SALT II"), ("defence", "defense"), ("July 3rd, 1974", "1974-07-03"), ("СССР", "USSR")],
)  # fmt: skip
def test_forms_of_a_word_find_the_same(client: FlaskClient, one: str, other: str) -> None:
    for path in ("search", "events", "statements"):
        assert total(client, f"{path}?q={one}") == total(client, f"{path}?q={other}")
    assert ids(client, f"search?q={one}") == ids(client, f"search?q={other}") != []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Putin", "actors/vladimir-putin"), ("putin", "actors/vladimir-putin"), ("Trump", "actors/donald-trump"),
        ("geneva summit", "events/2021-06-16-geneva-summit"), ("open skies", "agreements/open-skies-treaty"),
        ("Open Skies Treaty", "agreements/open-skies-treaty"), ("new start", "agreements/new-start"),
        ("moscow treaty", "agreements/sort-treaty"), ("Geneva", "places/geneva"), ("US", "actors/united-states"),
        ("U.S.", "actors/united-states"), ("usa", "actors/united-states"), ("United States", "actors/united-states"),
        ("sanction", "topics/sanctions"), ("Сергей Лавров", "actors/sergei-lavrov"),
        ("sergey lavrov", "actors/sergei-lavrov"), ("Дмитрий Песков", "actors/dmitry-peskov"),
        ("non proliferation treaty", "agreements/non-proliferation-treaty"),
        ("apologize", "statements/putin-apologizes-to-lukashenko"),
        ("Pentagon", "actors/us-department-of-defense"), ("White House press secretary", "actors/jen-psaki"),
        ("Q7747", "actors/vladimir-putin"), ("JFK", "actors/john-f-kennedy"), ("Путин", "actors/vladimir-putin"),
        ("Ельцин", "actors/boris-yeltsin"), ("USSR", "actors/soviet-union"), ("СССР", "actors/soviet-union"),
        ("Россия", "actors/russia"), ("США", "actors/united-states"), ("Москва", "places/moscow"),
        ("iran deal", "agreements/jcpoa"),
        ("2019-08-02", "events/2019-08-02-us-leaves-inf-treaty"),
    ],
)  # fmt: skip
def test_what_is_meant_comes_first(client: FlaskClient, text: str, first: str) -> None:
    body = client.get("/v1/search", query_string={"q": text}).get_json()
    assert f"{body['data'][0]['kind']}/{body['data'][0]['id']}" == first
    assert (body["meta"]["match"], body["meta"]["spelling"]) == ("all", None)


@pytest.mark.parametrize("text", ["open skies", "putin", "nuclear", "treaty", "geneva", "start"])
def test_things_come_before_the_papers_about_them(client: FlaskClient, text: str) -> None:
    """Unless a paper is called exactly so."""
    found = hits(client, f"search?q={text}&limit=100")
    papers = [n for n, hit in enumerate(found) if hit["kind"] == "sources" and hit["name"].casefold() != text]
    assert papers in ([], list(range(len(found) - len(papers), len(found))))


def test_records_are_found_by_the_other_names_and_offices_of_those_in_them(client: FlaskClient) -> None:
    by_name = {hit["id"] for hit in hits(client, "statements?speaker=antony-blinken&fields=id")}
    assert by_name
    for name in ("Brinken", "Blinken", "Antony Blinken"):
        assert by_name <= {hit["id"] for hit in hits(client, f"statements?q={name}&limit=500&fields=id")}
    assert "2021-05-psaki-defends-summit" in [hit["id"] for hit in hits(client, 'statements?q="press secretary"')]
    assert "2021-06-11-us-defense-department-announces-assistance" in [hit["id"] for hit in hits(client, "statements?q=Pentagon")]
    assert "2021-05-19-blinken-lavrov-meeting" in [hit["id"] for hit in hits(client, "events?q=Brinken")]
    assert "new-start" in [hit["id"] for hit in hits(client, "agreements?q=Obama USA")]
    shown = next(hit for hit in hits(client, "search?q=Brinken&kind=statements") if hit["field"] == "related")
    assert shown["highlight"] == "Antony Blinken (misspelt <mark>Brinken</mark>)"


def test_an_office_finds_what_was_done_in_it_and_not_before(client: FlaskClient) -> None:
    """Offices are those of the day: Biden was not president when Obama was."""
    for statement in hits(client, 'statements?q="President of the United States"&limit=500'):
        offices = [office["title"] for who in (*statement["speakers"], *statement["addressees"]) for office in who["offices"]]
        assert "President of the United States" in offices or "president of the united states" in str(statement).lower()


@pytest.mark.parametrize(
    ("text", "first", "spelling"),
    [
        ("Gorbachov", "actors/mikhail-gorbachev", "Gorbachev"), ("Lukashenka", "actors/alexander-lukashenko", "Lukashenko"),
        ("Sergej Lavrov", "actors/sergei-lavrov", "Sergei Lavrov"), ("Яннукович", "actors/viktor-yanukovych", "Yanukovych"),
        ("Михаил Моисеев", "actors/mikhail-moiseyev", "Михаил Moiseyev"),
        ("plutonuim agreement", "agreements/plutonium-disposition-agreement", "Plutonium agreement"),
        ("fuelshortage", "events/2021-05-us-fuel-shortage", "Fuel shortage"),
        ("cyber security", "topics/cybersecurity", "Cybersecurity"),
        ("nonproliferation treaty", "agreements/non-proliferation-treaty", "Non-Proliferation treaty"),
    ],
)  # fmt: skip
def test_the_nearest_spelling_is_offered_where_nothing_is_found(
    client: FlaskClient, text: str, first: str, spelling: str
) -> None:
    body = client.get("/v1/search", query_string={"q": text}).get_json()
    assert (body["meta"]["match"], body["meta"]["spelling"]) == ("spelling", spelling)
    assert f"{body['data'][0]['kind']}/{body['data'][0]['id']}" == first


def test_a_paper_that_is_called_so_is_no_misspelling(client: FlaskClient) -> None:
    """Papers that are meant come first; the things with nearly the same words are not looked for among papers alone."""
    title = "Secretary Antony J. Blinken And Russian Foreign Minister Sergey Lavrov Before Their Meeting"
    body = client.get("/v1/search", query_string={"q": title}).get_json()
    assert (body["meta"]["match"], body["meta"]["spelling"], body["data"][0]["name"]) == ("all", None, title)
    papers = client.get("/v1/search?q=nonproliferation treaty&kind=sources").get_json()
    assert (papers["meta"]["match"], papers["meta"]["spelling"]) == ("all", None)
    assert papers["meta"]["total"] > 0


def test_a_list_without_results_offers_the_nearest_spelling(client: FlaskClient) -> None:
    meta = client.get("/v1/events?q=Gorbachov summit").get_json()["meta"]
    assert (meta["total"], meta["spelling"]) == (0, "Gorbachev summit")
    assert client.get("/v1/events?q=Gorbachev&on=2021-06-16").get_json()["meta"]["spelling"] is None
    assert "spelling" not in client.get("/v1/events?q=Gorbachev").get_json()["meta"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("when did the US leave the INF treaty?", "2019-08-02-us-leaves-inf-treaty"),
        ("did the treaty on open skies ever expire", "open-skies-treaty"),
    ],
)
def test_a_question_is_answered_by_what_has_most_of_its_words_in_its_name(client: FlaskClient, text: str, first: str) -> None:
    body = client.get("/v1/search", query_string={"q": text}).get_json()
    assert (body["meta"]["match"], body["data"][0]["id"]) == ("most", first)


def test_a_few_records_with_every_word_do_not_hide_better_ones(client: FlaskClient) -> None:
    body = client.get("/v1/search?q=US ambassador recalled&kind=event-types,events").get_json()
    assert (body["meta"]["match"], body["data"][0]["id"]) == ("most", "2021-03-17-antonov-recalled")
    assert "ambassador-recalled" in [hit["id"] for hit in body["data"][:5]], "it has no word for the United States"


def test_an_event_is_found_by_what_its_place_lies_in(client: FlaskClient) -> None:
    for path in ("search?q=Alaska summit", "events?q=Alaska"):
        assert "2025-08-15-anchorage-summit" in [hit["id"] for hit in hits(client, path)]


def test_an_office_that_may_long_have_been_over_is_not_given_as_held_on_the_day(client: FlaskClient) -> None:
    """Attested on some day up to that of an article which calls it past: nobody knows whether it was held then."""
    told = client.get("/v1/statements/2021-05-kendall-taylor-shullman-incremental-approach").get_json()["data"]
    assert [speaker["offices"] for speaker in told["speakers"]] == [[], []]


def test_equivalents_of_the_dataset_are_found_and_marked(client: FlaskClient) -> None:
    body = client.get("/v1/search?q=collapse of the USSR").get_json()
    assert body["data"][0]["id"] == "dissolution-of-the-soviet-union"
    assert body["data"][0]["highlight"] == "<mark>Dissolution</mark> of the <mark>Soviet</mark> <mark>Union</mark>"


@pytest.mark.parametrize(("text", "id"), [("Soviet premier", "alexei-kosygin"), ("premier of the USSR", "alexei-kosygin")])
def test_the_head_of_a_government_is_found_as_premier(client: FlaskClient, text: str, id: str) -> None:
    body = client.get("/v1/search", query_string={"q": text, "kind": "actors", "limit": 1}).get_json()
    assert [hit["id"] for hit in body["data"]] == [id]


@pytest.mark.parametrize("text", ["nuclear banana", "nuclear kanama"])
def test_no_other_word_is_taken_for_a_misspelling(client: FlaskClient, text: str) -> None:
    assert client.get("/v1/search", query_string={"q": text}).get_json()["meta"]["spelling"] is None


def test_most_of_the_words_are_marked_as_such(client: FlaskClient) -> None:
    body = client.get("/v1/search?q=Reagan and Gorbachev meet in Reykjavik with Klingons").get_json()
    assert (body["meta"]["match"], body["data"][0]["id"]) == ("most", "1986-10-reykjavik-summit")
    nothing = client.get("/v1/search?q=xyzzyx").get_json()
    assert (nothing["meta"]["total"], nothing["meta"]["match"], nothing["meta"]["spelling"], nothing["data"]) == (
        0,
        "all",
        None,
        [],
    )


@pytest.mark.parametrize("text", ["Putin", "put", "vladimir p", "gorbachov", "Путин"])
def test_suggestions_begin_with_who_is_called_so(client: FlaskClient, text: str) -> None:
    called = {"gorbachov": "mikhail-gorbachev"}.get(text, "vladimir-putin")
    assert hits(client, f"suggest?q={text}")[0]["id"] == called


def test_a_name_is_found_under_its_misspelling(client: FlaskClient) -> None:
    first = hits(client, "search?q=Brinken&kind=actors")[0]
    assert (first["kind"], first["id"], first["field"]) == ("actors", "antony-blinken", "aliases")
    assert first["highlight"].startswith("<mark>Brinken</mark> (misspelt in ")


def test_a_misspelling_is_no_other_name_wherever_it_is_shown(client: FlaskClient) -> None:
    document = client.get("/v1/actors/antony-blinken").get_json()["data"]
    assert "Brinken" not in document["also_known_as"]
    (misspelt,) = document["misspelt"]
    assert (misspelt["name"], len(misspelt["citations"])) == ("Brinken", 1)
    assert "Brinken" not in str(client.get("/v1/actors/antony-blinken?format=jsonld").get_json())
    page = client.get("/actors/antony-blinken", headers={"Accept": "text/html"}).text
    assert "Misspelt in sources" in page.partition("Brinken")[0]
    assert "**Misspelt**" in client.get("/v1/actors?ids=antony-blinken&format=md").text.partition("Brinken")[0]
    assert hits(client, "suggest?q=brink")[0]["highlight"].startswith("<mark>Brinken</mark> (misspelt in ")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("who was ambassador in 1985", {"anatoly-dobrynin", "arthur-hartman"}),
        ("US president 1985", {"ronald-reagan"}),
        ("who was Soviet foreign minister in 1975", {"andrei-gromyko"}),
        ("ambassador 1985&kind=events", set()),
    ],
)
def test_who_held_an_office_in_a_year_comes_before_who_has_its_words(client: FlaskClient, text: str, first: set[str]) -> None:
    found = hits(client, f"search?q={text}&limit={len(first) + 1}")
    assert {hit["id"] for hit in found[: len(first)]} == first


def test_what_a_thing_is_called_comes_before_what_was_said_of_it(client: FlaskClient) -> None:
    kinds = [hit["kind"] for hit in hits(client, "search?q=cuban missile crisis&limit=100")]
    assert kinds[0] == "topics"
    assert kinds[2:].index("events") < kinds[2:].index("statements")


def test_a_name_ranks_before_a_mention(client: FlaskClient) -> None:
    assert hits(client, "search?q=putin&kind=actors")[0]["id"] == "vladimir-putin"
    assert hits(client, "search?q=new start&kind=agreements")[0]["id"] == "new-start"


def test_phrases_stay_together_and_prefixes_reach_further(client: FlaskClient) -> None:
    together = client.get('/v1/search?q="strategic stability"').get_json()["meta"]["total"]
    apart = client.get("/v1/search?q=strategic stability").get_json()["meta"]["total"]
    assert 0 < together <= apart
    assert hits(client, 'search?q="stability strategic"') == []
    assert (
        client.get("/v1/search?q=presid*").get_json()["meta"]["total"]
        > client.get("/v1/search?q=presidents").get_json()["meta"]["total"]
    )


def test_case_and_accents_do_not_matter(client: FlaskClient) -> None:
    assert (
        hits(client, "search?q=GENÈVE&kind=places")[0]["id"] == hits(client, "search?q=geneve&kind=places")[0]["id"] == "geneva"
    )


def test_search_is_paged_and_gives_each_hit_once(client: FlaskClient) -> None:
    url, seen = "/v1/search?q=russia&limit=17", []
    while url:
        body = client.get(url).get_json()
        seen += [(hit["kind"], hit["id"]) for hit in body["data"]]
        url = body["links"]["next"]
    assert len(seen) == len(set(seen)) == body["meta"]["total"]


@ANY_TEXT
@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_any_text_is_a_valid_question(client: FlaskClient, text: str) -> None:
    for path in ("search", "suggest", "events", "actors"):
        answer = client.get(f"/v1/{path}", query_string={"q": text})
        assert answer.status_code in (200, 400)
        if answer.status_code == 400:
            assert not text.replace("\0", " ").strip()


@pytest.mark.parametrize(
    "text", ['"', '" OR "', "name:putin", "NEAR(a b)", "a AND", "(", "*", "-", "^a", "{name}:x", "a* b*", "'; DROP TABLE events"]
)
def test_query_syntax_is_only_words(client: FlaskClient, text: str) -> None:
    assert client.get("/v1/search", query_string={"q": text}).status_code == 200


@pytest.mark.parametrize(
    ("text", "id"), [("vlad", "vladimir-putin"), ("brink", "antony-blinken"), ("genev", "geneva"), ("new st", "new-start")]
)
def test_what_is_being_typed_is_completed(client: FlaskClient, text: str, id: str) -> None:
    found = hits(client, f"suggest?q={text}")
    assert id in [hit["id"] for hit in found]
    assert len(found) <= 10


@pytest.mark.parametrize(
    ("id", "target"),
    [
        ("wikidata:Q7747", "/v1/actors/vladimir-putin"),
        ("iso3166:USA", "/v1/actors/united-states"),
        ("cow:365", "/v1/actors/russia"),
        ("gleditsch_ward:260", "/v1/actors/germany"),
        ("geonames:2660646", "/v1/places/geneva"),
        ("vladimir-putin", "/v1/actors/vladimir-putin"),
        ("actors/vladimir-putin", "/v1/actors/vladimir-putin"),
    ],
)
def test_an_id_in_any_scheme_leads_to_the_record(client: FlaskClient, id: str, target: str) -> None:
    answer = client.get(f"/v1/resolve?id={id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, target)
    assert client.get(target).status_code == 200


@pytest.mark.parametrize("id", ["wikidata:Q1", "nothing:1", "nobody", "events/nobody", "nowhere/vladimir-putin"])
def test_an_id_that_leads_nowhere_is_a_404(client: FlaskClient, id: str) -> None:
    assert client.get(f"/v1/resolve?id={id}").status_code == 404


def test_renamed_and_withdrawn_ids_keep_answering(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    edit("moved.yaml", "", "actors:\n  joseph-biden:\n    to: joe-biden\n  nobody:\n    withdrawn: There was no such person.\n")
    config = Settings(dataset=small, data_dir=tmp_path / "data")
    load.load(config)
    client = create_app(config).test_client()
    for path in ("/v1/actors/joseph-biden", "/v1/resolve?id=joseph-biden", "/v1/resolve?id=actors/joseph-biden"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (308, "/v1/actors/joe-biden")
    for path in ("/v1/actors/nobody", "/v1/resolve?id=nobody"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "There was no such person." in answer.get_json()["detail"]


def test_treaty_series_numbers_lead_to_the_agreement(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    edit("agreements/treaty.yaml", "kind: treaty\n", "kind: treaty\nunts: '10485'\n")
    config = Settings(dataset=small, data_dir=tmp_path / "data")
    load.load(config)
    client = create_app(config).test_client()
    assert client.get("/v1/resolve?id=unts:10485").headers["Location"] == "/v1/agreements/treaty"
    assert "unts" in client.get("/v1/resolve?id=unts:1").get_json()["schemes"]


def test_the_network_is_that_of_the_events_found(client: FlaskClient) -> None:
    body = client.get("/v1/network?type=summit").get_json()
    ids = {node["id"] for node in body["data"]["nodes"]}
    assert {"joe-biden", "vladimir-putin"} <= ids
    (edge,) = [e for e in body["data"]["edges"] if {e["source"], e["target"]} == {"joe-biden", "vladimir-putin"}]
    assert edge["type"] == "summit"
    assert "2021-06-16-geneva-summit" in edge["events"]
    assert edge["count"] == len(edge["events"])
    assert client.get("/v1/network?sort=title").status_code == 400


def test_a_thread_leads_from_the_claim_to_the_denial(client: FlaskClient) -> None:
    denial = client.get("/v1/statements?stance=denies&speaker=vladimir-putin&limit=1").get_json()["data"][0]
    claim = denial["replies_to"][0]["statement"]["id"]
    for id in (claim, denial["id"]):
        trees = client.get(f"/v1/threads/{id}").get_json()["data"]
        (tree,) = [tree for tree in trees if claim in str(tree)]
        assert denial["id"] in str(tree["replies"])
    assert client.get("/v1/threads/nothing").status_code == 404


def test_a_circle_of_replies_ends(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    reply = "replies_to:\n  - statement: 2021-06-16-putin-denies\n    stance: rejects\ncitations:"
    edit("statements/2021-06-16-biden-accuses.yaml", "citations:", reply)
    config = Settings(dataset=small, data_dir=tmp_path / "data")
    load.load(config)
    answer = create_app(config).test_client().get("/v1/threads/2021-06-16-putin-denies")
    assert answer.status_code == 200
    assert len(answer.get_json()["data"]) == 1
