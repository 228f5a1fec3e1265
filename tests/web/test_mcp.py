"""The tools for assistants: the protocol in both revisions, what the answers say, and who may ask."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ROOT, running
from flask.testing import FlaskClient
from nginx import proxied
from support import guarded
from werkzeug.test import Client, TestResponse

from api.config import Settings
from api.server.stack import application
from api.web.app import create_app

MODERN, LEGACY = "2026-07-28", "2025-11-25"
VERSION, CAPABILITIES = "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"
TO_THE_SOVIET_UNION = "Ambassador of the United States to the Soviet Union"
DISPUTED = "2026-02-alleged-understanding-on-new-start-limits"
CALLS: dict[str, dict[str, Any]] = {
    "find": {"text": "nuclear war cannot be won"},
    "get": {"id": "agreements/new-start"},
    "timeline": {"actor": "joe-biden", "date_from": "2021-06", "date_to": "2021-06"},
    "in_force": {"day": "1985-01-01", "party": ["united-states", "soviet-union"]},
    "who_held": {"office": "Secretary of State", "day": "2021-06-16"},
    "cite": {"of": "events/2021-06-16-geneva-summit"},
}


def post(client: FlaskClient, method: str, headers: dict[str, str] | None = None, **params: Any) -> TestResponse:
    """A request of the revision without sessions, as its clients send it."""
    meta = {VERSION: MODERN, CAPABILITIES: {}}
    named = {"Mcp-Name": name} if (name := params.get("name") or params.get("uri")) else {}
    told = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method, **named, "Accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, "_meta": meta}}
    return client.post("/mcp", json=body, headers={**told, **(headers or {})})


def call(client: FlaskClient, name: str, **arguments: Any) -> Any:
    """What a tool answers: the structured content, or the text of an error."""
    answer = post(client, "tools/call", name=name, arguments=arguments)
    assert answer.status_code == 200, answer.text
    result = answer.get_json()["result"]
    (content,) = result["content"]
    if result["isError"]:
        return content["text"]
    assert json.loads(content["text"]) == result["structuredContent"], "clients that read text read the same"
    return result["structuredContent"]


def with_client(server: Any, mode: str, talk: Callable[[Any], Any]) -> Any:
    """What the official client gets from a server."""
    from mcp import Client as Official  # noqa: PLC0415  # it takes a second to import

    async def ask() -> Any:
        async with Official(server, mode=mode) as client:
            return await talk(client)

    return asyncio.run(ask())


async def everything(client: Any) -> Any:
    """Lists and calls everything."""
    tools = (await client.list_tools()).tools
    results = {name: await client.call_tool(name, given) for name, given in CALLS.items()}
    books = (await client.list_resources()).resources
    read = [(await client.read_resource(book.uri)).contents[0].text for book in books]
    templates = (await client.list_resource_templates()).resource_templates
    record = (await client.read_resource("dataset://topics/arms-race")).contents if "arms-race" in read[0] else None
    return tools, results, read, templates, record


@pytest.mark.parametrize("mode", ["auto", "legacy", MODERN])
def test_the_official_client_lists_and_calls_every_tool(server: str, mode: str) -> None:
    tools, results, books, templates, _ = with_client(f"{server}/mcp", mode, everything)
    assert [tool.name for tool in tools] == list(CALLS)
    assert all(tool.annotations.read_only_hint for tool in tools)
    for result in results.values():
        assert not result.is_error, result.content[0].text
        assert result.structured_content["release"]["version"] in result.structured_content["cite_as"]
    assert results["in_force"].structured_content["total"] > 5
    assert all(len(text) > 1000 for text in books)
    assert [template.uri_template for template in templates] == ["dataset://{kind}/{id}"]


@pytest.mark.trials  # its short form: two datasets behind nginx, in test_several.py
@pytest.mark.needs("nginx")
def test_the_official_client_calls_every_tool_behind_the_deployed_nginx(settings: Settings, tmp_path: Path) -> None:
    """Below a path or not, the addresses in the answers are those of the proxy."""
    options = ("--data-dir", str(settings.data_dir), "--dataset", str(settings.dataset), "--no-load")
    environ = {"DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url, "DIPLOMATIC_EVENTS_TRUSTED_PROXIES": "1"}
    with running(*options, cwd=ROOT, **environ) as (server, _):
        for prefix in ("", "/data"):
            with proxied(server[7:], tmp_path, prefix=prefix) as url:
                for mode in ("legacy", MODERN):
                    tools, results, *_ = with_client(f"{url}/mcp", mode, everything)
                    assert [tool.name for tool in tools] == list(CALLS)
                    assert not any(result.is_error for result in results.values())
                    assert results["get"].structured_content["url"] == f"{url}/v1/agreements/new-start"
                    assert results["find"].structured_content["api"].startswith(f"{url}/v1/search?")
                chunks = requests.post(f"{url}/mcp", data=iter([b"[]"]), headers={"Content-Type": "application/json"}, timeout=60)
                assert chunks.status_code == 400, "nginx says how long it is"
                foreign = requests.post(f"{url}/mcp", json=[], headers={"Origin": "https://evil.example"}, timeout=60)
                assert foreign.status_code == 403


def test_the_command_answers_the_official_client_over_standard_input_and_output(settings: Settings) -> None:
    from mcp import StdioServerParameters  # noqa: PLC0415

    environ = {**os.environ, "DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url}
    options = ["--dataset", str(settings.dataset), "--data-dir", str(settings.data_dir)]
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "api", "mcp", "--no-load", *options], env=environ, cwd=ROOT
    )
    tools, results, *_ = with_client(command, "auto", everything)
    assert [tool.name for tool in tools] == list(CALLS)
    assert results["get"].structured_content["url"].endswith("/v1/agreements/new-start")


def test_a_client_of_the_revision_before_needs_no_session(client: FlaskClient) -> None:
    def ask(method: str, **params: Any) -> Any:
        return client.post("/mcp", json={"jsonrpc": "2.0", "id": "a", "method": method, "params": params})

    started = ask("initialize", protocolVersion=LEGACY, capabilities={}, clientInfo={"name": "x", "version": "1"})
    assert started.get_json()["result"]["protocolVersion"] == LEGACY
    assert "Mcp-Session-Id" not in started.headers
    assert ask("initialize", protocolVersion="2024-11-05").get_json()["result"]["protocolVersion"] == LEGACY
    assert ask("ping").get_json() == {"jsonrpc": "2.0", "id": "a", "result": {}}
    assert ask("tools/call", name="find", arguments={"text": "geneva"}).get_json()["result"]["structuredContent"]["total"]
    told = client.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (told.status_code, told.data) == (202, b"")
    assert client.get("/mcp").status_code == client.delete("/mcp").status_code == 405


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"headers": {"MCP-Protocol-Version": LEGACY}}, 400, -32020),
        ({"headers": {"Mcp-Method": "tools/list"}}, 400, -32020),
        ({"headers": {"Mcp-Name": "get"}}, 400, -32020),
        ({"headers": {"Mcp-Name": "=?base64?ZmluZA==?="}}, 200, None),
        ({"headers": {"Mcp-Name": "=?base64?!?="}}, 400, -32020),
        ({"meta": {}}, 400, -32602),
        ({"meta": {VERSION: MODERN}}, 400, -32602),
        ({"meta": {VERSION: 1, CAPABILITIES: {}}}, 400, -32602),
        ({"meta": {VERSION: "1900-01-01", CAPABILITIES: {}}, "headers": {"MCP-Protocol-Version": "1900-01-01"}}, 400, -32022),
        ({"method": "tools/fall", "headers": {"Mcp-Method": "tools/fall"}}, 404, -32601),
        ({"method": "initialize", "headers": {"Mcp-Method": "initialize"}}, 404, -32601),
        ({"params": {"name": "fond"}, "headers": {"Mcp-Name": "fond"}}, 400, -32602),
        ({"params": {"name": ["find"]}}, 400, -32602),
        ({"params": {"arguments": []}}, 400, -32602),
        ({"id": None}, 400, -32600),
        ({"id": True}, 400, -32600),
        ({"jsonrpc": "1.0"}, 400, -32600),
    ],
)
def test_a_message_that_is_not_right_is_the_error_of_the_protocol(
    client: FlaskClient, change: dict[str, Any], status: int, code: int | None
) -> None:
    meta = change.get("meta", {VERSION: MODERN, CAPABILITIES: {}})
    params = {"name": "find", "arguments": {"text": "geneva"}, "_meta": meta} | change.get("params", {})
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    body |= {key: change[key] for key in ("method", "id", "jsonrpc") if key in change}
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "find"} | change.get("headers", {})
    answer = client.post("/mcp", json=body, headers=headers)
    assert (answer.status_code, answer.get_json().get("error", {}).get("code")) == (status, code), answer.text
    if code == -32022:
        assert answer.get_json()["error"]["data"]["supported"][0] == MODERN


@pytest.mark.parametrize(
    ("sent", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[" * 30_000, {}, 400),
        (b"\xff", {}, 400),
        (b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', {}, 400),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}', {}, 400),
        (b"[]", {}, 400),
        (b'{"jsonrpc":"2.0","id":1,"result":{}}', {}, 400),
        (b" " * 40_000, {}, 413),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Accept": "text/event-stream"}, 406),
        (b"{}", {"Origin": "https://evil.example"}, 403),
        (b"{}", {"Origin": "null"}, 403),
        (b"{}", {"Origin": "http://127.0.0.1.evil.example"}, 403),
        (b"{}", {"Origin": "http://localhost:6274"}, 400),
    ],
)
def test_what_is_no_message_and_who_may_not_ask_is_refused(
    client: FlaskClient, sent: bytes, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/mcp", data=sent, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == status, answer.text
    assert answer.mimetype == ("application/json" if status == 400 else "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_operator_says_which_pages_may_ask(settings: Settings) -> None:
    client = create_app(replace(settings, mcp_origins="https://a.example,https://b.example")).test_client()
    assert post(client, "tools/list", {"Origin": "https://b.example"}).status_code == 200
    assert post(client, "tools/list", {"Origin": "https://c.example"}).status_code == 403
    asked = client.options("/mcp", headers={"Origin": "https://b.example", "Access-Control-Request-Method": "POST"})
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    client = create_app(replace(settings, mcp_origins="*")).test_client()
    assert post(client, "tools/list", {"Origin": "https://c.example"}).status_code == 200


def test_a_rate_limit_counts_messages_as_any_request(settings: Settings) -> None:
    limited = Client(application(replace(settings, rate_limit="2/day")))
    answers = [limited.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].mimetype == "application/problem+json"
    assert answers[-1].headers["Retry-After"]


def test_an_answer_has_the_headers_of_every_answer(server: str) -> None:
    for body in ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, [], {"jsonrpc": "2.0", "method": "notifications/initialized"}):
        guarded(requests.post(f"{server}/mcp", json=body, timeout=30))


def test_what_can_be_mended_is_told_as_the_api_tells_it(client: FlaskClient) -> None:
    assert "Did you mean speaker?" in call(client, "find", kind="statements", filters={"speker": "x"})
    assert "Did you mean events?" in call(client, "find", kind="event", filters={"type": "summit"})
    assert "limit is more than 50" in call(client, "find", kind="events", limit=51).replace("limit: ", "limit ")
    assert "is missing" in call(client, "get")
    assert "colour: is unknown" in call(client, "find", text="x", colour="red")
    assert "Did you mean events/2021-06-16-geneva-summit" not in call(client, "get", id="events/2021-06-16-geneva-summt")
    assert "2021-06-16-geneva-summit" in call(client, "get", id="events/2021-06-16-geneva-summt")
    assert "1985-01-01" in call(client, "in_force", day="1985")
    assert "facets" not in call(client, "find", kind="events", filters={"facets": "year"}).split("Allowed")[1]
    assert "is not a cursor" in call(client, "find", kind="events", cursor="x")


def test_a_name_is_read_as_one_record_and_that_is_said(client: FlaskClient) -> None:
    answer = call(client, "find", kind="events", filters={"place": "Geneva", "actor": ["Biden", "vladimir-putin"]})
    assert answer["read_as"] == {"Geneva": "places/geneva (Geneva)", "Biden": "actors/joe-biden (Joe Biden)"}
    assert answer["results"]
    told = call(client, "who_held", person="Sullivan")
    assert "jake-sullivan" in told
    assert call(client, "timeline", actor="USSR", limit=1)["read_as"] == {"USSR": "actors/soviet-union (Soviet Union)"}
    assert "john-sullivan" in told


def test_a_name_that_nobody_has_leads_to_those_that_come_near(client: FlaskClient) -> None:
    told = call(client, "find", kind="agreements", filters={"topic": "strategic arms"})
    assert "none of the topics is called 'strategic arms'; near are strategic-stability (Strategic stability)" in told
    assert "nothing comes near" in call(client, "timeline", topic="q q q")
    assert "near are events/2018-07-helsinki-summit (" in call(client, "cite", of="Helsinki summit 2018")


def test_what_has_some_of_the_words_says_which(client: FlaskClient) -> None:
    answer = call(client, "find", text="geneva zeppelin")
    assert answer["note"].startswith("Not all of these have all of the words")
    assert {word for one in answer["results"] for word in one["words"]} == {"Geneva"}
    assert "words" not in call(client, "find", text="geneva")["results"][0]
    assert "note" not in call(client, "find", text="zeppelin aeroplane balloon")


def test_a_query_that_finds_nothing_says_what_is_found_without_each_filter(client: FlaskClient) -> None:
    answer = call(client, "find", kind="statements", filters={"speaker": "Putin", "q": "zeppelin"})
    total = client.get("/v1/statements?speaker=vladimir-putin&limit=1").get_json()["meta"]["total"]
    assert (answer["total"], answer["found_without"]) == (0, {"q": total})
    assert "found_without" not in call(client, "find", kind="statements", filters={"q": "zeppelin"})
    only_with = {"actor": "vladimir-putin", "role": "host", "q": "zeppelin", "date_from": "1800", "date_to": "1801"}
    assert "actor" not in call(client, "find", kind="events", filters=only_with).get("found_without", {})


def test_a_timeline_leaves_out_what_was_in_the_period_only_possibly_when_asked_to(client: FlaskClient) -> None:
    day = {"date_from": "2018-07-16", "date_to": "2018-07-16", "limit": 50}
    possible, certain = call(client, "timeline", **day), call(client, "timeline", **day, date_match="certain")
    assert possible["total"] > certain["total"] > 0
    assert possible["note"].startswith(f"{possible['total'] - certain['total']} of {possible['total']} lie in the range possibly")
    assert "note" not in certain
    assert [one["id"] for one in certain["results"]] == [
        one["id"] for one in possible["results"] if one["id"] in {one["id"] for one in certain["results"]}
    ]


def test_what_is_doubtful_is_so_in_words_in_every_answer(client: FlaskClient) -> None:
    found = call(client, "find", kind="events", filters={"ids": DISPUTED})["results"][0]
    (listed,) = (
        one
        for one in call(client, "timeline", agreement="new-start", date_from="2026-02", date_to="2026-02", limit=50)["results"]
        if one["id"] == f"events/{DISPUTED}"
    )
    whole = call(client, "get", id=DISPUTED)
    for answer in (found, listed, whole):
        assert answer["title"].startswith("Alleged: ")
        assert answer["title"].endswith("(disputed, one-sided)")
        assert [sentence.split(":")[0] for sentence in answer["doubt"]] == ["Alleged", "Disputed", "One-sided"]
    assert found["date"] == listed["date"] == "between 4 and 5 February 2026, day not known"
    assert found["date"] in whole["text"]
    assert "denies" in whole["text"]


def test_every_record_has_its_id_its_address_and_its_sources(client: FlaskClient) -> None:
    for name, given in CALLS.items():
        answer = call(client, name, **given)
        assert answer["release"]["version"] in answer["cite_as"]
        for record in answer.get("results", ()):
            assert client.get(record["url"]).get_json()["data"]["id"] == record["id"].partition("/")[2]
            assert record["sources"]
            source = record["sources"][0].rpartition("(")[2].rstrip(")")
            assert call(client, "get", id=source)["id"] == source


def test_what_is_cut_says_so_and_the_cursor_goes_on(client: FlaskClient) -> None:
    first = call(client, "find", kind="events", filters={"type": "summit"}, limit=3)
    assert first["cut"] == f"3 of {first['total']} are shown; ask again with this cursor for the next"
    second = call(client, "find", kind="events", filters={"type": "summit"}, limit=3, cursor=first["cursor"])
    api = client.get("/v1/events?type=summit&limit=6").get_json()["data"]
    assert [one["id"] for one in first["results"] + second["results"]] == [f"events/{document['id']}" for document in api]
    nothing = call(client, "find", kind="events", filters={"date_to": "1500"})
    assert "no proof" in nothing["coverage"]
    long = call(client, "get", id="agreements/new-start")
    assert "cut" not in long


def test_a_match_that_is_only_possible_says_so(client: FlaskClient) -> None:
    query = {"date_from": "2007-12-12", "date_to": "2007-12-12"}
    (treaty,) = call(client, "find", kind="agreements", filters={"ids": "cfe-treaty", **query})["results"]
    assert treaty["certainty"].startswith("possible, not certain")
    certain = call(client, "find", kind="agreements", filters={"ids": "cfe-treaty", "date_match": "certain", **query})
    assert certain["total"] == 0


@pytest.mark.parametrize(
    ("party", "day", "bound"),
    [
        (["united-states", "russia"], "1985-01-01", "United States; Soviet Union"),
        (["united-states", "soviet-union"], "2000-01-01", "United States; Russia"),
    ],
)
def test_a_state_that_did_not_exist_on_the_day_is_read_as_the_one_whose_place_it_took(
    client: FlaskClient, party: list[str], day: str, bound: str
) -> None:
    answer = call(client, "in_force", day=day, party=party, topic="nuclear-weapons")
    assert answer["results"]
    assert "abm-treaty" in " ".join(one["id"] for one in answer["results"])
    (treaty,) = (one for one in answer["results"] if one["id"] == "agreements/abm-treaty")
    assert treaty["bound"] == bound
    assert "took the place of" in answer["read_as"][party[1]]


def test_several_values_say_that_any_of_them_is_enough(client: FlaskClient) -> None:
    both = ["united-states", "soviet-union"]
    assert "actor_all" in call(client, "find", kind="events", filters={"actor": both}, limit=1)["note"]
    assert "actor_all" in call(client, "timeline", actor=both, limit=1)["note"]
    assert "note" not in call(client, "find", kind="events", filters={"actor_all": both}, limit=1)
    (hot_line,) = call(client, "find", kind="agreements", filters={"ids": "hotline-memorandum-1963"})["results"]
    assert hot_line["who"] == "United States; Soviet Union; Russia (in the place of Soviet Union)"


def test_a_suspension_and_an_entry_into_force_that_nobody_read_are_told(client: FlaskClient) -> None:
    suspended = call(client, "in_force", day="2024-01-01", party=["united-states", "russia"], limit=50)
    (treaty,) = (one for one in suspended["results"] if one["id"] == "agreements/new-start")
    assert treaty["suspended_on_that_day"] == ["by Russia, Vladimir Putin, from 28 February 2023 to 5 February 2026"]
    for day, party in (("1990-01-01", "soviet-union"), ("2026-03-01", "russia")):  # it took the other's place
        unknown = call(client, "in_force", day=day, party=["united-states", party])["entry_into_force_not_known"]
        assert any(one.startswith("agreements/nuclear-risk-reduction-centers-agreement-1987") for one in unknown["some"])


def test_what_is_not_known_of_a_party_and_of_its_predecessor_is_counted_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.mcp.treaties.FEW_OTHERS", 1)  # more than are named
    path = "/v1/agreements?status=unknown&limit=500&fields=id&party="
    for party, before in (("russia", "soviet-union"), ("united-states", "united-states")):
        expected = {one["id"] for of in (party, before) for one in client.get(f"{path}{of}").get_json()["data"]}
        assert call(client, "in_force", day="2026-03-01", party=party)["entry_into_force_not_known"]["total"] == len(expected)


def test_what_was_asked_for_by_name_and_was_not_in_force_is_told(client: FlaskClient) -> None:
    answer = call(client, "in_force", day="2026-03-01", text="New START")
    assert not answer["results"]
    assert any(one.startswith("agreements/new-start (New START): In force from") for one in answer["not_in_force_on_that_day"])


def test_counts_by_time_say_what_was_gone_through(client: FlaskClient) -> None:
    few = call(client, "find", kind="events", filters={"type": ["diplomats-expelled"]}, count_by=["year"])
    assert few["gone_through"]["diplomats-expelled"].startswith(
        "no time gone through as a whole, so counts by time are no trend: "
    )
    assert "no trend" in call(client, "find", kind="events", count_by=["year"])["gone_through"]
    assert "gone_through" not in call(client, "find", kind="events", count_by=["type"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"office": "Secretary of State", "day": "1945-07-01"}, {("joseph-grew", "Acting Secretary of State")}),
        (
            {"office": "minister of foreign affairs", "day": "1991-12-01"},
            {
                ("andrei-kozyrev", "Minister of Foreign Affairs of Russia"),
                ("eduard-shevardnadze", "Minister of Foreign Affairs of the Soviet Union"),
            },
        ),
        ({"office": "ambassador of the united states", "day": "1952-10-03"}, set()),
        ({"person": "dean-acheson", "day": "1950-01-01"}, {("dean-acheson", "Secretary of State")}),
        ({"office": "ambassador in Moscow", "day": "1962-10-20"}, {("foy-kohler", TO_THE_SOVIET_UNION)}),
        ({"office": "US ambassador to Russia", "day": "1985-11"}, {("arthur-hartman", TO_THE_SOVIET_UNION)}),
        ({"office": "American ambassador in the Soviet Union", "day": "1952-10-03"}, set()),
        (
            {"office": "Soviet ambassador in Washington", "day": "1970"},
            {("anatoly-dobrynin", "Ambassador of the Soviet Union to the United States")},
        ),
        (
            {"office": "Soviet foreign minister", "day": "1940"},
            {("vyacheslav-molotov", "People's Commissar for Foreign Affairs of the Soviet Union")},
        ),
        ({"office": "US Secretary of State", "day": "1962"}, {("dean-rusk", "Secretary of State")}),
        ({"office": "premier", "day": "1970"}, {("alexei-kosygin", "Chairman of the Council of Ministers of the Soviet Union")}),
        (
            {"office": "Soviet premier", "day": "1956-04"},
            {("nikolai-bulganin", "Chairman of the Council of Ministers of the Soviet Union")},
        ),
        ({"office": "Russian premier", "day": "2010"}, {("vladimir-putin", "Prime Minister of Russia")}),
        ({"office": "president", "day": "1985"}, {("ronald-reagan", "President of the United States")}),
    ],
)
def test_who_held_an_office(client: FlaskClient, given: dict[str, str], expected: set[tuple[str, str]]) -> None:
    answer = call(client, "who_held", **given)
    assert {(one["id"].partition("/")[2], one["office"]) for one in answer["results"]} == expected
    assert {one["certainty"] for one in answer["results"]} <= {"certain"}
    if not expected:
        assert [one["name"] for one in answer["before_and_after"]] == ["George F. Kennan", "Charles E. Bohlen"]


@pytest.mark.parametrize("office", ["Soviet leader", "leader of the USSR", "the leader of the Soviet Union"])
def test_who_led_is_answered_with_the_offices_that_were_and_says_that_this_was_none(client: FlaskClient, office: str) -> None:
    answer = call(client, "who_held", office=office, day="1970")
    held = {(one["name"], one["office"].partition(" of ")[0]) for one in answer["results"]}
    assert held >= {("Leonid Brezhnev", "General Secretary"), ("Alexei Kosygin", "Chairman")}
    assert answer["read_as"][office].startswith("No office was called so.")
    assert all(one["sources"] for one in answer["results"])


@pytest.mark.parametrize(
    ("office", "day", "name"),
    [
        ("US leader", "1975-08-01", "Gerald Ford"),
        ("American head of state", "1985", "Ronald Reagan"),
        ("leader of the Kremlin", "2021", "Vladimir Putin"),
        ("Soviet party leader", "1975", "Leonid Brezhnev"),
        ("head of the Soviet government", "1943-05", "Joseph Stalin"),
    ],
)
def test_other_words_for_who_led_are_answered_too(client: FlaskClient, office: str, day: str, name: str) -> None:
    answer = call(client, "who_held", office=office, day=day)
    assert {one["name"] for one in answer["results"]} == {name}
    assert answer["read_as"][office].startswith("No office ")


def test_an_earlier_term_in_the_same_office_is_not_told_for_a_later_day(client: FlaskClient) -> None:
    """Putin was prime minister in 1999, of which one day is attested, and from 2008 to 2012."""
    for day, term in (("2010", "from"), ("1999-11-02", "term")):
        (held,) = call(client, "who_held", office="Prime Minister of Russia", person="Putin", day=day)["results"]
        assert term in held


def test_a_term_of_which_the_end_was_not_read_is_neither_open_nor_sure(client: FlaskClient) -> None:
    (held,) = call(client, "who_held", person="jake-sullivan", day="2024-02")["results"]
    assert held["certainty"].startswith("possible")
    assert "last attested 7 November 2023; possibly from an earlier and until a later day" in held["term"]
    page = client.get("/actors/jake-sullivan", headers={"Accept": "text/html"}).text
    assert "last attested 7 November 2023; possibly from an earlier and until a later day" in page
    assert "is not a date" in call(client, "who_held", office="president", day="last year")


def test_a_citation_is_that_of_the_api(client: FlaskClient) -> None:
    api = client.get("/v1/cite/events?ids=2021-06-16-geneva-summit").get_json()["data"]
    answer = call(client, "cite", of="2021-06-16-geneva-summit")
    assert (answer["citation"], answer["sha256"]) == (api["text"], api["sha256"])
    assert call(client, "cite", of="events?type=summit", style="bibtex")["citation"].startswith("@misc{")


def test_counts_are_those_of_the_api(client: FlaskClient) -> None:
    answer = call(client, "find", kind="events", filters={"type": "veto"}, count_by=["year", "actor"])
    assert answer["groups"] == client.get("/v1/aggregates/events?type=veto&by=year,actor").get_json()["data"]
    assert "goes with records" in call(client, "find", kind="events", count_by="year", limit=3)


def test_llms_txt_leads_to_everything(client: FlaskClient) -> None:
    answer = client.get("/llms.txt")
    assert answer.text.startswith("# ")
    for address in [line.split("](")[1].split(")")[0] for line in answer.text.splitlines() if "](" in line]:
        assert client.get(address if not address.endswith("q=") else f"{address}geneva").status_code == 200, address
    assert client.get("/llms.txt", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
