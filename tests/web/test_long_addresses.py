"""Whatever is asked, the header fields of an answer stay below 4 KiB, and everybody in between lets them through."""

import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from conftest import ROOT, SMALL, running
from flask.testing import FlaskClient
from nginx import proxied
from programs import need

from api.formats import FORMATS, formats_of
from api.resources import RESOURCES

LONGEST = 8170  # bytes of an address that the server takes: its request line has 8,190
LENGTHS = (933, 3000, 7738, LONGEST)
BY_SERVER = 400  # bytes of the header fields that the server adds: Date, X-Request-ID, RateLimit ...
PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "a" * 8000}
IDS = {resource.kind: resource.example[0] for resource in RESOURCES}


def long(path: str, length: int, id: str = "") -> str:
    """An address of so many bytes: many ids, each letter escaped, then empty parameters."""
    escaped = "".join(f"%{byte:02X}" for byte in id.encode())
    address = path + ("&" if "?" in path else "?")
    if id:
        count = min(100, (length - len(address) - 4) // (len(escaped) + 3))
        address += "ids=" + "%2C".join([escaped] * count)
    assert len(address) <= length
    return address + "&" * (length - len(address))


@pytest.mark.parametrize("length", LENGTHS)
def test_header_fields_stay_below_4_kib_from_every_route(client: FlaskClient, length: int) -> None:
    paths = {f"/v1/{kind}?format={word}&sort={{sort}}": kind for kind in ("events", "places") for word in formats_of(kind)}
    addresses = [
        long(path.format(sort="-title" if kind == "events" else "name"), length, IDS[kind]) for path, kind in paths.items()
    ]
    addresses += [long(f"/v1/events?limit=1&format={word}", length) for word in ("json", "atom")]
    addresses += [
        long(path, length)
        for path in ("/", "/v1", "/docs", "/openapi.json", "/v1/changes", "/v1/releases", "/v1/resolve?id=vladimir-putin")
    ]
    addresses += [
        long("/v1/search?q=geneva&limit=1", length),
        long("/v1/actors/vladimir-putin", length),
        long("/v1/actors/vladimir-putin?format=jsonld", length),
        long("/v1/cite/events", length),
    ]
    addresses += [
        "/" + "a" * length,
        "/v1/events?" + "x" * length,
        "/v1//events?" + "x" * length,
        "/v1/releases/latest/" + "a" * length,
    ]
    for address in addresses:
        for headers in ({}, {"Host": "a" * 2000}, {"Origin": "https://a.example", **PREFLIGHT}):
            for method in ("GET", "OPTIONS"):
                answer = client.open(address, method=method, headers=headers, base_url="http://localhost/data")
                size = sum(len(name) + len(value) + 4 for name, value in answer.headers)
                assert size + BY_SERVER < 4096, (address[:60], method, answer.headers)
                answer.close()


def test_a_link_that_is_too_long_for_a_header_is_in_the_body(client: FlaskClient) -> None:
    address = long("/v1/events?limit=1&actor_country=RUS", 933)
    answer = client.get(address)
    assert client.get(answer.get_json()["links"]["next"]).status_code == 200
    assert 'rel="next"' in client.get("/v1/events?limit=1").headers["Link"]
    longer = client.get(long("/v1/events?limit=1&actor_country=RUS", 3000))
    assert longer.get_json()["links"]["self"].endswith("&&&")
    assert client.get(longer.get_json()["links"]["next"]).status_code == 200
    assert 'rel="self"' not in longer.headers["Link"]
    assert 'rel="describedby"' in longer.headers["Link"]


FETCH = """
(async () => {
  for (const address of process.argv.slice(1)) {
    const answer = await fetch(address);
    console.log(answer.status, (await answer.json()).data.length);
  }
})();
"""


@pytest.mark.needs("nginx")
def test_the_longest_address_passes_the_nginx_that_is_deployed_and_node(tmp_path: Path) -> None:
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT) as (api, _), proxied(api[7:], tmp_path) as front:
        small = "2021-06-16-geneva-summit"
        for server in (api, front, front):  # the second time from the cache
            for length in LENGTHS:
                for word in formats_of("events"):
                    address = long(f"/v1/events?format={word}", length, small)
                    answer = requests.get(server + address, timeout=60)
                    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (
                        200,
                        FORMATS[word].media_type,
                    )
            refused = requests.get(f"{server}/v1/topics?{quote('я')}={'x' * (LONGEST - 20)}", timeout=60)
            assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
            beyond = requests.get(f"{server}/v1/topics?{'x' * 9000}", timeout=60)
            assert (beyond.status_code, beyond.headers["Content-Type"]) == (414, "application/problem+json")
        addresses = [server + long("/v1/events", length, small) for length in LENGTHS for server in (api, front)]
        told = subprocess.run([need("node"), "-e", FETCH, *addresses], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.splitlines() == ["200 1"] * len(addresses), told.stderr
