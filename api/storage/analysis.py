"""Words as the full-text index holds them: one folding and one stemming of what is stored and of what is asked.

A token is lower-case ASCII, or one character of a script that is written without spaces. Initials are one word with or
without dots, an ISO date is read as its day, month and year, and a Roman numeral as its number.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import Stemmer
from anyascii import anyascii

from ..schema.public_date import MONTHS

MAX_WORD = 100  # characters of a word that are indexed
NAME = 200  # characters of a text that may come again and again
# Thai, Lao, Burmese, Khmer, kana, Han: each character is a word, and a run of them a phrase.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
APOSTROPHES = "'\u2019\u02bc"
MARKS = "".join(c for c in map(chr, range(0x300, 0x3000)) if unicodedata.category(c) in ("Mn", "Mc"))
MONTH = f"(?i:{'|'.join(f'{month[:3]}(?:{month[3:]}|t)?' for month in MONTHS)})"
LETTER = f"[^\\W\\d_{UNSPACED}]"
INNER = f"(?:[^\\W_{UNSPACED}][{MARKS}]*)"
TOKEN = re.compile(
    rf"(?<![^\W_])(?P<initials>{LETTER}(?:\.{LETTER}(?![^\W_]))+\.?|{LETTER}(?:\. {LETTER}(?![^\W_]))+\.?)"
    r"|(?<![^\W_])(?P<date>(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?"
    r"|(?P<dotted>(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.\d{4})"
    rf"|(?P<named>{MONTH}\.? (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,? \d{{4}}))(?![^\W_])"
    rf"|(?P<character>[{UNSPACED}])"
    rf"|(?P<word>{INNER}+(?:[{APOSTROPHES}]{INNER}+)*)"
)
POSSESSIVE = re.compile(rf"[{APOSTROPHES}]s$", re.IGNORECASE)
SHORT = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "sept": "september"} | {
    month[:3].lower(): month.lower() for month in MONTHS
}
# Verbs whose past a stemmer does not know.
IRREGULAR = """become became; begin began begun; break broke broken; bring brought; build built; buy bought; choose chose chosen;
    come came; fall fell fallen; fight fought; fly flew flown; forget forgot forgotten; forgive forgave forgiven; give
    gave given; go went gone; hold held; keep kept; know knew known; lead led; leave left; lose lost; make made; meet met;
    pay paid; rise rose risen; run ran; say said; seek sought; sell sold; send sent; speak spoke spoken; stand stood;
    steal stole stolen; strike struck; swear swore sworn; take took taken; tell told; think thought; throw threw thrown;
    win won; withdraw withdrew withdrawn; write wrote written"""
PRESENT = {past: verb for verb, *pasts in map(str.split, IRREGULAR.split(";")) for past in pasts}
ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
# Endings that are written in two ways, most of them British and American, so that both spellings have one stem.
SPELLINGS = (
    (re.compile(r"(?<=...)isor(?=s?$)"), "iser"),
    (re.compile(r"(?<=...)is(?=(e|es|ed|er|ers|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=..)our(?=(s|ed|ing|able|ite)?$)"), "or"),
    (re.compile(r"(?<=...)ence(?=s?$)"), "ense"),
    (re.compile(r"(?<=..)tre(?=s?$)"), "ter"),
    (re.compile(r"(?<=..)mme(?=s?$)"), "m"),
)
ENDING = re.compile("(?<=..)[iy]+$")  # Sergey and Sergei, Dmitry and Dmitriy
_stemmer, _lock = Stemmer.Stemmer("english", 0), threading.Lock()  # a stemmer is not safe to share between threads


class Token(NamedTuple):
    """A word of a text: folded, as a stem, and where it stands; `parts` of a date stand in one place."""

    folded: str
    stem: str
    start: int
    end: int
    dated: bool = False


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """A word in lower-case ASCII, without diacritics; as it is where no letter of it can be written so."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    ascii = "".join(filter(str.isalnum, anyascii(POSSESSIVE.sub("", plain)).lower()))
    return (ascii or plain)[:MAX_WORD]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a folded word; a Roman numeral and an ordinal are their number, a short month is the month."""
    word = SHORT.get(word) or PRESENT.get(word) or ORDINAL.sub(r"\1", word)
    for british, american in SPELLINGS:
        word = british.sub(american, word)
    with _lock:
        return ENDING.sub("i", _stemmer.stemWord(word))


def normal(text: str) -> str:
    """A text in the form in which `tokens` reads it: letters and their marks as one character where there is one (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def tokens(text: str) -> Iterator[Token]:
    """The words of a normal text, in its order."""
    for match in TOKEN.finditer(text):
        start, end = match.span()
        if match["date"]:
            for part in _date(match):
                yield Token(part, stem(part), start, end, True)
        elif match["character"]:
            yield Token(character := unicodedata.normalize("NFKC", match[0]), character, start, end)
        else:
            word = folded(re.sub(r"[. ]", "", match[0]) if match["initials"] else match[0])
            yield Token(word, stem(word), start, end)


def _date(match: re.Match[str]) -> list[str]:
    """The words of a date in digits or with its month first: its day if it has one, its month, its year."""
    if match["named"]:
        month, day, year = re.findall(r"[^\W_]+", match["named"].lower())
        return [re.sub(r"\D", "", day).lstrip("0"), month, year]
    day, month, year = (match["dotted"] or f"{match['day'] or ''}.{match['month']}.{match['year']}").split(".")
    return [*([day.lstrip("0")] if day else []), MONTHS[int(month) - 1].lower(), year]


# What may be initials or a date that goes on after a space: texts without it are read piece by piece, and pieces are kept.
INITIALS = re.compile(rf"\. (?<={LETTER}\. )(?<![^\W_]{LETTER}\. )(?={LETTER}(?![^\W_]))")
DIGIT = re.compile(r"\d")
NAMED_DATE = re.compile(rf"{MONTH}\.? \d")


def stems(text: str) -> Sequence[str]:
    """The stems of a text: those of `tokens`, found faster in most texts and in names met before."""
    return tuple(stemmed(text).split())


def stemmed(text: str) -> str:
    """The stems of a text, with spaces between them."""
    return _of_name(text) if len(text) <= NAME else _of_text(text)


def _of_text(text: str) -> str:
    text = normal(text)
    if INITIALS.search(text) or (DIGIT.search(text) and NAMED_DATE.search(text)):
        return _read(text)
    return " ".join(filter(None, map(_of_piece, text.split())))


def _read(text: str) -> str:
    return " ".join([token.stem for token in tokens(text)])


_of_name = lru_cache(maxsize=1 << 13)(_of_text)
_of_piece = lru_cache(maxsize=1 << 16)(_read)
