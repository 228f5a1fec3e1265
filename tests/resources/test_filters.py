"""Filters by themselves: their parameters, and the arguments that contradict each other."""

from typing import Any

import peewee as pw
import pytest

from api.resources import BY_KIND, INDEXES, RESOURCES, search_order
from api.resources.filters import Dates, Terms, names
from api.schema import edtf
from api.storage.postgresql_copy import TYPES

PLACE = next(f for f in BY_KIND["events"].filters if f.name == "place")
TOPIC = next(f for f in BY_KIND["events"].filters if f.name == "topic")


@pytest.mark.parametrize(
    ("filter", "arguments", "clashes"),
    [
        (PLACE, {"place": ["geneva"], "place_not": ["geneva"]}, [("place_not", "'geneva' is in both place and place_not")]),
        (PLACE, {"place": ["geneva", "kyiv"], "place_not": ["geneva"]}, []),
        (PLACE, {"place": ["geneva"], "place_not": ["kyiv"]}, []),
        (
            TOPIC,
            {"topic_all": ["b", "a", "c"], "topic_not": ["a", "b"]},
            [("topic_not", "'a' is in both topic_all and topic_not"), ("topic_not", "'b' is in both topic_all and topic_not")],
        ),
        (
            Dates(),
            {"date_from": edtf.bounds("2021-06"), "date_to": edtf.bounds("2021-05")},
            [("date_to", "lies before date_from")],
        ),
        (
            Dates(),
            {"on": edtf.bounds("2021"), "date_to": edtf.bounds("2021")},
            [("on", "cannot go with date_from or date_to")],
        ),
    ],
)
def test_contradicting_arguments_are_named(filter: Any, arguments: dict[str, Any], clashes: list[tuple[str, str]]) -> None:
    assert list(filter.clash(arguments)) == clashes


def test_only_a_filter_of_several_values_has_all() -> None:
    assert names(Terms("word", "A word.", lambda record, catalog: ())) == ("word", "word_all", "word_not")
    assert names(Terms("word", "A word.", lambda record, catalog: (), single=True)) == ("word", "word_not")


def test_both_databases_have_a_type_for_every_column() -> None:
    for model in (*INDEXES.values(), *(resource.model for resource in RESOURCES)):
        fields = (field.rel_field if isinstance(field, pw.ForeignKeyField) else field for field in model._meta.sorted_fields)
        assert {field.field_type for field in fields} <= set(TYPES), model


def test_every_filter_with_columns_has_an_index_table_and_no_other() -> None:
    for resource in RESOURCES:
        for filter in resource.filters:
            columns = filter.columns(None)
            table = INDEXES.get((resource.kind, filter.name))
            assert (table is None) == (columns is None), (resource.kind, filter.name)
            if columns:
                assert {*columns, "record"} == set(table._meta.fields), (resource.kind, filter.name)


def test_search_has_an_order_for_every_kind() -> None:
    named = [resource.kind for resource in RESOURCES if "also_known_as" in resource.schema.fields]
    others = [resource.kind for resource in RESOURCES if resource.kind not in (*named, search_order.PAPERS)]
    assert (*named, *others, search_order.PAPERS) == search_order.KINDS, "what has other names first, papers last"
    assert sorted(search_order.NEWEST_FIRST) == sorted(resource.kind for resource in RESOURCES if resource.order.startswith("-"))
