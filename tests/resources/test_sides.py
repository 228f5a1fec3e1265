"""What rests on one party's account alone is `one_sided`: by the rule, and in the records."""

from typing import Any

import pytest
from conftest import walk
from flask.testing import FlaskClient

from api.resources.sides import alone

ACTORS = {
    "united-states": {"kind": "state", "country": "USA"},
    "joe-biden": {"kind": "person", "country": "USA"},
    "russia": {"kind": "state", "country": "RUS"},
    "nato": {"kind": "international_organization", "country": None},
    "ria-novosti": {"kind": "media_outlet", "country": "RUS"},
    "reuters": {"kind": "media_outlet", "country": None},
}


class Actors:
    def record(self, kind: str, id: str) -> Any:
        assert kind == "actors"
        return ACTORS[id]


def account(stance: str, *holders: str, about: str = "responsibility", source: str = "a-report") -> dict[str, Any]:
    return {"about": about, "stance": stance, "holders": list(holders), "citations": [{"source": source}]}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"accounts": []}, False),
        ({"accounts": [], "status": "alleged"}, True),
        ({"accounts": [], "status": "planned"}, False),
        ({"accounts": [account("reports", "united-states")]}, True),
        ({"accounts": [account("reports", "united-states"), account("confirms", "joe-biden")]}, True),
        ({"accounts": [account("reports", "united-states"), account("denies", "russia")]}, True),
        ({"accounts": [account("reports", "united-states"), account("confirms", "nato")]}, False),
        ({"accounts": [account("reports", "united-states"), account("confirms", "nato")], "status": "alleged"}, False),
        ({"accounts": [account("reports", "russia"), account("reports", "ria-novosti")]}, False),
        ({"accounts": [account("reports", "united-states"), account("reports", "russia", about="date")]}, True),
        ({"accounts": [account("denies", "russia")]}, False),
        ({"accounts": [account("reports"), account("reports", source="another")]}, False),
        ({"accounts": [account("reports"), account("reports")]}, True),
        ({"accounts": [], "reported_by": ["reuters"]}, False),
        ({"accounts": [], "reported_by": ["russia", "reuters"]}, True),
        ({"accounts": [], "reported_by": ["russia", "joe-biden"]}, False),
        ({"accounts": [account("confirms", "joe-biden"), account("reports", "russia")], "reported_by": ["russia"]}, False),
    ],
)
def test_what_one_party_alone_asserts_is_one_sided(record: dict[str, Any], expected: bool) -> None:
    assert alone(record, Actors()) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "id", "one_sided", "disputed"),
    [
        ("events", "us-killings-of-civilians-afghanistan-iraq", False, True),
        ("events", "alleged-russian-interference-us-presidential-election", True, True),
        ("events", "2021-biden-putin-phone-call-on-killer-remark", True, False),
        ("events", "solarwinds-cyber-attack", True, True),
        ("events", "2021-05-us-oil-pipeline-cyber-attack", False, True),
        ("statements", "2021-biden-explains-killer-remark-to-putin", True, False),
        ("statements", "2021-06-16-putin-denies-cyber-attacks", False, False),
        ("agreements", "new-start", True, True),
        ("agreements", "start-i-treaty", False, False),
    ],
)
def test_records_say_it_and_are_found_by_it(client: FlaskClient, kind: str, id: str, one_sided: bool, disputed: bool) -> None:
    document = client.get(f"/v1/{kind}/{id}").get_json()["data"]
    assert (document["one_sided"], document["disputed"]) == (one_sided, disputed)
    assert walk(client, f"/v1/{kind}?ids={id}&one_sided={str(one_sided).lower()}&disputed={str(disputed).lower()}")
    assert not walk(client, f"/v1/{kind}?ids={id}&one_sided={str(not one_sided).lower()}")
