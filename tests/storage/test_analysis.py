"""Words are folded and stemmed alike wherever they stand: in what is stored, and in what is asked."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.storage.analysis import folded, normal, stems, tokens
from api.storage.phrases import Phrase, as_beginning, parse

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
WORDS = st.lists(
    st.sampled_from(
        [
            "U.S.",
            "treaty's",
            "2019-08-02",
            "H. W. Bush",
            "Лавров",
            "ﬁ",
            "x.y",
            "o'clock",
            "が",
            "1.2.2020",
            "II",
            "MAY 9, 1945",
            "A\u0301. B",
        ]
    )
)


@settings(max_examples=300)
@given(word=TEXT)
def test_folding_a_folded_word_changes_nothing(word: str) -> None:
    assert folded(folded(word)) == folded(word)


@settings(max_examples=300)
@given(text=st.one_of(TEXT, st.text("aZ19.'-_ é", max_size=20), WORDS.map(" ".join)))
def test_the_fast_way_gives_the_same_words(text: str) -> None:
    assert list(stems(text)) == [token.stem for token in tokens(normal(text))]


def test_a_letter_is_the_same_in_one_piece_and_with_its_marks_apart() -> None:
    """й ё ї, accented Greek, Hangul, voiced kana, Arabic with hamza: every letter that has another form."""
    apart = 0
    for letter in map(chr, range(sys.maxunicode + 1)):
        if (other := unicodedata.normalize("NFD", letter)) != letter and letter.isalpha():
            apart += 1
            assert stems(letter) == stems(other) != (), hex(ord(letter))
    assert apart > 13_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sanction", "sanctions"), ("treaties", "TREATY"), ("apologize", "apologised"),
        ("Defence", "defense"), ("centre", "center"), ("U.S.", "US"),
        ("U.S.A.", "usa"), ("E.U", "eu"), ("George H. W. Bush", "george H.W. bush"),
        ("Biden's", "Biden\u2019s"), ("Putin’s", "putin"), ("Łódź", "lodz"),
        ("Øresund", "oresund"), ("Straße", "STRASSE"), ("Åland", "aland"),
        ("Genève", "GENEVE"), ("Сергей", "СЕРГЕЙ"), ("Лавров", "Lavrov"),
        ("Сергей", "Sergei"), ("Дмитрий", "Dmitry"), ("Навальный", "Navalny"),
        ("Горбачёв", "Gorbachev"), ("Ελλάδα", "ΕΛΛΆΔΑ"), ("서울", "Seoul"),
        ("أحمد", "احمد"), ("ﬁsheries", "fishery"), ("SALT II", "salt 2"),
        ("START III", "start 3"), ("2019-08-02", "2 August 2019"), ("16.06.2021", "16th Jun 2021"),
        ("2021-06", "june 2021"), ("İstanbul", "istanbul"), ("O’Neill", "oneill"),
        ("advisors", "adviser"),
    ],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert stems(one) == stems(other) != ()


@pytest.mark.parametrize(
    ("one", "other"), [("sanction", "sanctuary"), ("united", "unit 1"), ("か", "が"), ("a U.S. ship", "aus ship")]
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_a_script_without_spaces_is_read_character_by_character() -> None:
    assert list(stems("普京会谈")) == ["普", "京", "会", "谈"]
    assert parse("普京").groups == ((Phrase(("普", "京")),),)


@pytest.mark.parametrize(
    "quoted",
    ['"new start"', "“new start”", "„new start“", "«new start»", "‹new start›", "'new start'", "‘new start’", "「new start」",
     "＂new start＂",     "”new start”"],
)  # fmt: skip
def test_any_quotation_marks_make_a_phrase(quoted: str) -> None:
    assert parse(quoted).groups == ((Phrase(("new", "start")),),)
    assert parse(f"treaty {quoted} force").groups == ((Phrase(("treati",)),), (Phrase(("new", "start")),), (Phrase(("forc",)),))


def test_apostrophes_are_no_quotation_marks() -> None:
    assert parse("states' rights and Putin's claims").groups == parse("states rights and Putin claims").groups


def test_a_word_is_asked_for_once_however_often_it_is_written() -> None:
    assert parse("treaty treaties Treaty's start").groups == parse("treaty start").groups


def test_words_of_grammar_count_only_in_phrases_and_alone() -> None:
    assert parse("when did the US leave").groups == parse("US leave").groups
    assert parse('"the who"').groups == ((Phrase(("the", "who")),),)
    assert parse("the").groups == ((Phrase(("the",)),),)


def test_the_last_word_goes_on_while_it_is_typed() -> None:
    assert parse(as_beginning("vlad pu")).groups == ((Phrase(("vlad",)),), (Phrase((), "pu"),))
    assert parse(as_beginning("open skie")).groups[1] == (Phrase(("ski",)), Phrase((), "skie"))
    assert not parse(as_beginning("vlad pu ")).open
    assert not parse(as_beginning('"vlad pu"')).open
