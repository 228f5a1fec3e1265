"""What a hedged number can mean, and that numbers of different units are never compared."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.resources import BY_KIND
from api.resources.filters import Quantities
from api.resources.filters.quantities import LEAST, MOST, meaning

FILTER = next(filter for filter in BY_KIND["events"].filters if isinstance(filter, Quantities))


@pytest.mark.parametrize("number", [0, 7, 100, 0.5, 2_500_000_000, 10**17])
def test_a_hedge_bounds_a_number_on_its_own_side(number: float) -> None:
    assert meaning(number, None) == meaning(number, "about") == (number, number)
    assert meaning(number, "at_least") == (number, MOST)
    assert meaning(number, "at_most") == meaning(number, "up_to") == (LEAST, number)
    low, high = meaning(number, "more_than")
    assert low > number
    assert high == MOST
    low, high = meaning(number, "less_than")
    assert high < number
    assert low == LEAST


@pytest.mark.parametrize(
    ("arguments", "faulty"),
    [
        ({"quantity_min": 1.0}, ["quantity_min"]),
        ({"quantity_min": 1.0, "quantity_max": 2.0}, ["quantity_min", "quantity_max"]),
        ({"quantity_max": 1.0, "unit": ["minute", "hour"]}, ["quantity_max"]),
        ({"quantity_max": 1.0, "unit_not": ["hour"]}, ["quantity_max"]),
        ({"quantity_max": 1.0, "unit": ["hour"]}, []),
        ({"unit": ["hour", "minute"]}, []),
        ({"quantity_min": 2.0, "quantity_max": 1.0, "unit": ["hour"]}, ["quantity_max"]),
        ({"quantity_match": "certain", "unit": ["hour"]}, ["quantity_match"]),
    ],
)
def test_units_are_not_mixed(arguments: dict[str, Any], faulty: list[str]) -> None:
    assert [name for name, _ in FILTER.clash(arguments)] == faulty


SUMMIT, TALKS = "2021-06-16-geneva-summit", "2021-05-19-blinken-lavrov-meeting"  # 93 and 87 minutes; about 100


@pytest.mark.parametrize(
    ("query", "summit", "talks"),
    [
        ("quantity_min=90", True, True),
        ("quantity_min=90&quantity_match=certain", True, False),
        ("quantity_min=94", False, True),
        ("quantity_min=88&quantity_max=92", False, False),
        ("quantity_max=87", True, False),
        ("quantity_min=100&quantity_max=100", False, True),
        ("quantity_min=87&quantity_max=87&quantity_match=certain", True, False),
    ],
)
def test_one_quantity_must_lie_in_the_whole_range(client: FlaskClient, query: str, summit: bool, talks: bool) -> None:
    body = client.get(f"/v1/events?unit=minute&ids={SUMMIT},{TALKS}&{query}").get_json()
    found = {d["id"] for d in body["data"]}
    assert (SUMMIT in found, TALKS in found) == (summit, talks)
    assert body["meta"]["quantity_match"][body["meta"]["query"]["quantity_match"]] == len(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("statements?unit=USD&quantity_min=1400000000000&ids=2021-eyeonworld-russian-gdp-2020", True),  # about 1.5e12
        ("statements?unit=USD&quantity_min=1400000000000&quantity_match=certain&ids=2021-eyeonworld-russian-gdp-2020", False),
        ("events?unit=hour&quantity_min=5&ids=2021-06-16-geneva-summit", True),  # at least 4
        ("events?unit=hour&quantity_min=5&quantity_match=certain&ids=2021-06-16-geneva-summit", False),
        ("events?unit=hour&quantity_min=4&quantity_match=certain&ids=2021-06-16-geneva-summit", True),
        ("events?unit=hour&quantity_max=3.5&ids=2021-06-16-geneva-summit", False),
        ("agreements?unit=launcher&quantity_max=800&quantity_match=certain&ids=new-start", True),  # at most 700 and 800
    ],
)
def test_a_hedged_number_is_found_by_what_it_can_mean(client: FlaskClient, query: str, found: bool) -> None:
    assert bool(client.get(f"/v1/{query}").get_json()["data"]) is found


def test_a_range_without_a_unit_is_refused_with_the_reason(client: FlaskClient) -> None:
    answer = client.get("/v1/events?quantity_min=90&quantity_max=1e400")
    errors = {error["parameter"]: error["detail"] for error in answer.get_json()["errors"]}
    assert answer.status_code == 400
    assert "different units cannot be compared" in errors["quantity_min"]
    assert "is not a number" in errors["quantity_max"]
    for text in ("nan", "inf", "1_000", "0x10", "--1", "1,5"):
        refused = client.get(f"/v1/events?unit=hour&quantity_min={text}")
        assert (refused.status_code, refused.get_json()["errors"][0]["parameter"]) == (400, "quantity_min"), text


def test_an_unknown_unit_is_told_with_those_that_there_are(client: FlaskClient) -> None:
    (error,) = client.get("/v1/events?unit=minutes").get_json()["errors"]
    assert error["suggestion"] == "minute"
    assert {"minute", "hour", "person"} <= set(error["allowed"])
