"""Writes a dataset of any number of plausible events as bulk data; the same seed gives the same bytes."""

import gzip
import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from math import gcd
from pathlib import Path
from random import Random
from typing import Any

import click
import pycountry

from api.schema import edtf

from . import words

Record = dict[str, Any]
TYPES = Path(__file__).resolve().parent.parent / "dataset" / "event-types"
FIRST_STATES = ("USA", "RUS", "CHN", "DEU", "GBR", "FRA", "UKR", "TUR", "IRN", "JPN")
FIRST_YEAR, YEARS = 1946, 81
PER_STATEMENT = 4  # events for each statement
ABOUT = """\
title: Generated events
description: Events that never happened, as many as were asked for, to measure with.
version: 1.0.0
released: '2026-12-31'
licence: CC0-1.0
licence_url: https://creativecommons.org/publicdomain/zero/1.0/
creators:
  - name: benchmarks/generate.py
coverage: 1946/2026
countries: [USA, RUS]
keywords: [generated]
"""


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def skewed(rng: Random, count: int) -> int:
    """A number below `count`, each about as frequent as Zipf's law has it: the first ones make up most of the world."""
    return int((count + 1) ** rng.random()) - 1


@dataclass(frozen=True)
class Head:
    """What others need to know of an event or statement to refer to it."""

    id: str
    edtf: str
    day: date
    actors: tuple[int, ...]
    type: str


def before(one: Head, other: Head) -> bool:
    """Whether one was over for certain when the other began: nothing is answered before it is there."""
    return edtf.bounds(one.edtf).latest <= edtf.bounds(other.edtf).earliest


def when(rng: Random) -> tuple[str, str, date]:
    """An EDTF date, as much of it as is certain, and a day that it may mean; the recent past has more of them."""
    day = date(FIRST_YEAR + int(YEARS * rng.random() ** 0.7), 1, 1) + timedelta(days=rng.randrange(365))
    whole, month, year = day.isoformat(), f"{day:%Y-%m}", f"{day:%Y}"
    later = min(day.day + rng.randint(1, 6), 28)
    forms = (
        (0.83, whole, whole),
        (0.89, month, month),
        (0.92, f"{month}~", month),
        (0.95, f"{whole}?", whole),
        (0.98, year, year),
        (1.00, f"{month}-{min(day.day, later - 1):02}/{month}-{later:02}", month),
    )
    draw = rng.random()
    edtf, prefix = next((edtf, prefix) for most, edtf, prefix in forms if draw < most)
    return edtf, prefix, day


@dataclass(frozen=True)
class World:
    """Every record as a function of its number, so that any may refer to any other and none need be kept."""

    events: int
    seed: int = 1

    @property
    def actors(self) -> int:
        return 100 + self.events // 200

    @property
    def sources(self) -> int:
        return 20 + self.events // 50

    @property
    def agreements(self) -> int:
        return 10 + self.events // 2000

    @property
    def statements(self) -> int:
        return -(-self.events // PER_STATEMENT)

    @cached_property
    def states(self) -> list[Any]:
        first = [pycountry.countries.get(alpha_3=code) for code in FIRST_STATES]
        return first + [country for country in pycountry.countries if country not in first]

    @cached_property
    def places(self) -> int:
        return 2 * len(self.states)  # a country, then its capital

    @cached_property
    def types(self) -> list[str]:
        """The project's own types, the frequent ones first; not summits, which need leaders of two countries."""
        found = sorted(path.stem for path in TYPES.glob("*.yaml") if path.stem != "summit")
        Random(self.seed).shuffle(found)
        return found

    @cached_property
    def meetings(self) -> set[str]:
        """The types that are meetings, at which leaders stand beside their states."""
        return {type for type in self.types if "event: CONSULT" in (TYPES / f"{type}.yaml").read_text(encoding="utf-8")}

    @cached_property
    def actor_names(self) -> list[tuple[str, str]]:
        """Id and name of each actor, the frequent ones first."""
        return [(record["id"], record["name"]) for record in map(self.actor, range(self.actors))]

    def rng(self, kind: int, number: int) -> Random:
        return Random((self.seed << 44) | (kind << 40) | number)

    def state(self, number: int) -> int:
        """The number of the actor that is a state: the first ten actors are, then every fifth."""
        return number if number < 10 else 10 + 5 * (number - 10)

    @cached_property
    def state_count(self) -> int:
        """How many states are among the actors."""
        return next((n for n in range(len(self.states)) if self.state(n) >= self.actors), len(self.states))

    def actor(self, number: int) -> Record:
        rng = self.rng(1, number)
        rank = number if number < 10 else 10 + (number - 10) // 5
        if number == self.state(rank) and rank < len(self.states):
            country = self.states[rank]
            return {
                "id": slug(country.name), "name": country.name, "kind": "state", "country": country.alpha_3,
                "citations": self.citations(rng),
            }  # fmt: skip
        country = self.states[skewed(rng, self.state_count)]
        if number % 5 == 4:
            name = f"{rng.choice(words.BODIES)} of {country.name} for {rng.choice(words.NOUNS)} {number}"
            return {
                "id": slug(name), "name": name, "kind": rng.choice(words.BODY_KINDS), "country": country.alpha_3,
                "description": self.sentence(rng), "citations": self.citations(rng),
            }  # fmt: skip
        name = f"{rng.choice(words.GIVEN)} {rng.choice(words.FAMILY)}"
        return {
            "id": f"{slug(name)}-{number}",
            "name": name,
            "also_known_as": [f"{name[0]}. {name.split()[1]}"],
            "kind": "person",
            "country": country.alpha_3,
            "roles": [self.role(rng, slug(self.states[skewed(rng, self.state_count)].name)) for _ in range(rng.randint(1, 2))],
            "citations": self.citations(rng),
        }

    def role(self, rng: Random, organization: str) -> Record:
        begin = rng.randint(FIRST_YEAR, FIRST_YEAR + YEARS - 10)
        return {
            "title": rng.choice(words.OFFICES),
            "organization": organization,
            "from": f"{begin}-{rng.randint(1, 12):02}",
            "to": f"{begin + rng.randint(1, 9)}",
            "citations": self.citations(rng),
        }

    def place(self, number: int) -> Record:
        rng = self.rng(2, number)
        country = self.states[number // 2]
        home = slug(country.name)
        if number % 2 == 0:
            return {"id": home, "name": country.name, "kind": "country", "country": country.alpha_3}
        return {
            "id": f"{slug(country.name)}-capital",
            "name": f"Capital of {country.name}",
            "kind": "city",
            "country": country.alpha_3,
            "within": home,
            "latitude": round(rng.uniform(-55, 70), 4),
            "longitude": round(rng.uniform(-179, 179), 4),
        }

    def topic(self, number: int) -> Record:
        name = words.NOUNS[number]
        above = {"broader": slug(words.NOUNS[number % 10])} if number >= 10 else {}
        return {"id": slug(name), "name": name.capitalize(), "definition": self.sentence(self.rng(3, number)), **above}

    def source(self, number: int) -> Record:
        rng = self.rng(4, number)
        edtf, _, _ = when(rng)
        return {
            "id": self.source_id(number),
            "title": self.sentence(rng).rstrip("."),
            "kind": rng.choice(words.SOURCE_KINDS),
            "publisher": f"{rng.choice(words.FAMILY)} Wire",
            "authors": [f"{rng.choice(words.GIVEN)} {rng.choice(words.FAMILY)}"],
            "published": edtf,
            "language": "en",
            "url": f"https://example.org/{number}",
        }

    def source_id(self, number: int) -> str:
        return f"wire-report-{number}"

    def agreement_id(self, number: int) -> str:
        return f"agreement-{number}"

    def agreement(self, number: int) -> Record:
        rng = self.rng(5, number)
        year = rng.randint(FIRST_YEAR, FIRST_YEAR + YEARS - 12)
        parties = sorted({self.actor_names[self.state(skewed(rng, self.state_count))][0] for _ in range(3)})
        actions = [
            {"kind": "signed", "date": f"{year}-0{rng.randint(1, 9)}", "by": parties, "citations": self.citations(rng)},
            {
                "kind": "entered_into_force", "date": f"{year + 1}-0{rng.randint(1, 9)}-11",
                "until": f"{year + rng.randint(3, 30)}", "citations": self.citations(rng),
            },
        ]  # fmt: skip
        return {
            "id": self.agreement_id(number),
            "title": f"Agreement {number} on {rng.choice(words.NOUNS)}",
            "kind": rng.choice(("treaty" if len(parties) > 2 else "agreement", "protocol", "agreement", "memorandum")),
            "parties": parties,
            "topics": self.topics(rng),
            "summary": self.prose(rng),
            "actions": actions[: rng.randint(1, 2)],
            "citations": self.citations(rng),
        }

    @lru_cache(maxsize=1 << 12)  # noqa: B019  # one world lives as long as the process
    def event_head(self, number: int) -> Head:
        rng = self.rng(6, number)
        edtf, prefix, day = when(rng)
        type = self.types[skewed(rng, len(self.types))]
        drawn = (skewed(rng, self.actors) for _ in range(rng.choice((2, 2, 3, 4)) + 2))
        actors = tuple(dict.fromkeys(drawn))[:4]
        if len(actors) == 1:
            actors = (*actors, (actors[0] + 1) % self.actors)
        id = f"{prefix}-{type}-{self.actor_names[actors[0]][0]}"[:100].rstrip("-")
        return Head(f"{id}-{number}", edtf, day, actors, type)

    def event(self, number: int) -> Record:
        head, rng = self.event_head(number), self.rng(7, number)
        names = [self.actor_names[actor] for actor in head.actors]
        parts = rng.choice(words.PARTS)
        optional: Record = {}
        if rng.random() < 0.7:
            optional["place"] = self.place(skewed(rng, self.places))["id"]
        if rng.random() < 0.1:
            counted = rng.choice(("person", "USD", "minute"))
            optional["quantities"] = [{"value": rng.randint(1, 5000), "unit": counted, "of": rng.choice(words.NOUNS)}]
        if rng.random() < 0.06:
            optional["agreements"] = [self.agreement_id(skewed(rng, self.agreements))]
        if number and rng.random() < 0.15:
            other = self.event_head(rng.randrange(number))
            relation = rng.choice(words.RELATIONS)
            if before(other, head):
                optional["related"] = [{"relation": relation, "event": other.id}]
        ids = [id for id, _ in names]
        if head.type in self.meetings:
            countries = {self.actor(actor)["country"] for actor in head.actors}
            ids = list(dict.fromkeys([*ids, *(slug(state.name) for state in self.states if state.alpha_3 in countries)]))
        if rng.random() < 0.03:
            optional["accounts"] = [self.account(rng, stance, names[0][0]) for stance in ("reports", "denies")]
        title = f"{head.type.replace('-', ' ').capitalize()}: {names[0][1]} and {names[1][1]} on {rng.choice(words.NOUNS)}"
        status = rng.choice(words.STATUSES)
        if status != "occurred":
            optional.pop("agreements", None)  # what has not occurred did nothing to an agreement
        return {
            "id": head.id,
            "title": title,
            "type": head.type,
            "status": status,
            "date": head.edtf,
            "participants": [
                {"actor": id, "role": parts[min(place, 1)]} for place, id in enumerate(ids)
            ],
            "topics": self.topics(rng),
            "summary": self.prose(rng),
            **optional,
            "citations": self.citations(rng),
        }  # fmt: skip

    def statement_head(self, number: int) -> Head:
        rng, event = self.rng(8, number), self.event_head(number * PER_STATEMENT)
        speaker, act = rng.choice(event.actors), rng.choice(words.ACTS)
        id = f"{certain(event.edtf)}-{self.actor_names[speaker][0]}"[:100].rstrip("-")
        return Head(f"{id}-{act}-{number}", event.edtf, event.day, (speaker,), act)

    def statement(self, number: int) -> Record:
        head, rng = self.statement_head(number), self.rng(9, number)
        event = self.event_head(number * PER_STATEMENT)
        optional: Record = {}
        if rng.random() < 0.3:
            optional["quote"], optional["quote_language"] = self.sentence(rng), "en"
        if rng.random() < 0.3:
            optional["addressees"] = [self.actor_names[rng.choice(event.actors)][0]]
        if number and rng.random() < 0.2:
            other = self.statement_head(rng.randrange(number))
            stance = rng.choice(words.STANCES)
            if before(other, head):
                optional["replies_to"] = [{"statement": other.id, "stance": stance}]
        if rng.random() < 0.2:
            optional["reported_by"] = [self.actor_names[skewed(rng, self.actors)][0]]
        return {
            "id": head.id,
            "speakers": [self.actor_names[head.actors[0]][0]],
            "date": head.edtf,
            "act": head.type,
            "paraphrase": self.prose(rng),
            "setting": event.id,
            "about": {"topics": self.topics(rng), "actors": [self.actor_names[event.actors[0]][0]]},
            **optional,
            "citations": self.citations(rng),
        }

    def account(self, rng: Random, stance: str, holder: str) -> Record:
        text = self.sentence(rng)
        return {"about": "occurrence", "value": text, "stance": stance, "holders": [holder], "citations": self.citations(rng)}

    def topics(self, rng: Random) -> list[str]:
        return list(dict.fromkeys(slug(words.NOUNS[skewed(rng, len(words.NOUNS))]) for _ in range(rng.randint(1, 3))))

    def citations(self, rng: Random) -> list[Record]:
        sources = {skewed(rng, self.sources) for _ in range(rng.choice((1, 1, 2)))}
        return [{"source": self.source_id(n), "locator": f"paragraph {rng.randint(1, 40)}"} for n in sorted(sources)]

    def sentence(self, rng: Random) -> str:
        pick = rng.choice
        return (
            f"The {pick(words.ADJECTIVES)} {pick(words.BODIES).lower()} {pick(words.VERBS)} the {pick(words.ADJECTIVES)} "
            f"{pick(words.NOUNS)} {pick(words.LINKS)} {pick(words.NOUNS)} and the {pick(words.NOUNS)} of {pick(words.FAMILY)}."
        )

    def prose(self, rng: Random) -> str:
        return " ".join(self.sentence(rng) for _ in range(rng.randint(1, 3)))


def certain(edtf: str) -> str:
    """As much of a date that `when` made as is certain."""
    return edtf[:7] if "/" in edtf else edtf.rstrip("~?")


def scattered(count: int) -> Iterator[int]:
    """The numbers below `count` in an order that says nothing: a load must not live off sorted input."""
    step = next(n for n in range(int(count * 0.618) + 1, 2 * count + 2) if gcd(n, count) == 1)
    return (n * step % count for n in range(count))


def generate(folder: Path, events: int, seed: int = 1, packed: bool = False) -> None:
    """Writes the dataset into a new `folder`, a record in memory at a time."""
    world = World(events, seed)
    makers: dict[str, tuple[int, Callable[[int], Record]]] = {
        "actors": (world.actors, world.actor),
        "places": (world.places, world.place),
        "topics": (len(words.NOUNS), world.topic),
        "sources": (world.sources, world.source),
        "agreements": (world.agreements, world.agreement),
        "events": (world.events, world.event),
        "statements": (world.statements, world.statement),
    }
    folder.mkdir(parents=True)
    (folder / "dataset.yaml").write_text(ABOUT, encoding="utf-8")
    shutil.copytree(TYPES, folder / "event-types")
    for kind, (count, make) in makers.items():
        with ExitStack() as stack:
            write = opened(stack, folder / f"{kind}.jsonl", packed)
            for number in scattered(count):
                write(json.dumps(make(number), ensure_ascii=False).encode() + b"\n")


def opened(stack: ExitStack, path: Path, packed: bool) -> Callable[[bytes], int]:
    """What writes to a new file, packed or not; packed bytes hold neither a name nor a time."""
    if not packed:
        return stack.enter_context(path.open("wb")).write
    raw = stack.enter_context(path.with_suffix(".jsonl.gz").open("wb"))
    return stack.enter_context(closing(gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0))).write


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--events", type=click.IntRange(1), default=1000, show_default=True, help="How many events.")
@click.option("--seed", default=1, show_default=True, help="Another seed gives another dataset.")
@click.option("--gzip", "packed", is_flag=True, help="Write .jsonl.gz.")
def main(folder: Path, events: int, seed: int, packed: bool) -> None:
    """Write a dataset of generated events into FOLDER, which must be new."""
    if folder.exists():
        raise click.UsageError(f"{folder} exists already")
    generate(folder, events, seed, packed)


if __name__ == "__main__":
    main()
