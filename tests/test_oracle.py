"""The oracle knows every filter, and says the name of one that it does not know."""

from typing import Any

import pytest
from oracle import Oracle

from api.resources import RESOURCES, filters

TERMS = [(r.kind, f.name) for r in RESOURCES for f in r.filters if isinstance(f, filters.Terms)]


@pytest.mark.parametrize(("kind", "name"), TERMS)
def test_the_oracle_knows_every_filter(documents: dict[str, list[dict[str, Any]]], kind: str, name: str) -> None:
    oracle = Oracle(documents)
    assert all(isinstance(oracle.values(kind, name, document), set) for document in documents[kind])


def test_a_filter_that_the_oracle_does_not_know_is_named() -> None:
    with pytest.raises(NotImplementedError, match=r"oracle\.py does not say what the filter 'colour' of events means"):
        Oracle({"events": []}).values("events", "colour", {"id": "x"})
