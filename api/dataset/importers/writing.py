"""Writes machine-coded events as a dataset: each `coding: machine` and `alleged`, of a type for each category of the scheme.

A code of CAMEO names several types of the codebook (161 names four), so that choosing one would be a guess: the types of
such a dataset are the scheme's categories themselves, with the crosswalk from CAMEO to PLOVER where that is settled.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ...schema.fields import Record
from ..about import slug
from ..os_errors import FileError, file_errors
from ..yaml_files import write_yaml
from . import LAYOUTS, EventLayout
from .coded import BadLine, Category, Coded, CodedParty

VERSIONS = {"CAMEO": "1.1b3", "PLOVER": "2.0-draft"}
# Root of a CAMEO code -> its name, and its event in PLOVER 2.0 where that is settled; 08 is two of them, told apart below.
ROOTS = {
    "01": ("Make public statement", None), "02": ("Appeal", None), "03": ("Express intent to cooperate", "AGREE"),
    "04": ("Consult", "CONSULT"), "05": ("Engage in diplomatic cooperation", "SUPPORT"),
    "06": ("Engage in material cooperation", "COOPERATE"), "07": ("Provide aid", "AID"), "08": ("Yield", None),
    "09": ("Investigate", "ACCUSE"), "10": ("Demand", "REQUEST"), "11": ("Disapprove", "ACCUSE"), "12": ("Reject", "REJECT"),
    "13": ("Threaten", "THREATEN"), "14": ("Protest", "PROTEST"), "15": ("Exhibit force posture", "MOBILIZE"),
    "16": ("Reduce relations", "SANCTION"), "17": ("Coerce", "COERCE"), "18": ("Assault", "ASSAULT"), "19": ("Fight", "ASSAULT"),
    "20": ("Use unconventional mass violence", "ASSAULT"),
}  # fmt: skip
YIELD = {**dict.fromkeys(("081", "082", "083"), "CONCEDE"), **dict.fromkeys(("084", "085", "086", "087"), "RETREAT")}
UNREAD = "Nobody has read the reports that it rests on."


class Writer:
    """A dataset that is being written: its folder, how many events it has, and its actors and types so far."""

    def __init__(self, name: str, layout: EventLayout, folder: Path) -> None:
        self.name, self.layout, self.folder = name, layout, folder
        self.events = 0
        self._days: list[str] = []
        self._seen: set[str] = set()
        self._actors: dict[CodedParty, str] = {}
        self._ids: set[str] = set()
        self._types: dict[tuple[str, str], Category] = {}

    def add(self, event: Coded, file: TextIO) -> str | None:
        """Writes an event; returns why not, if it cannot be told from another one."""
        id = f"{event.day}-{self.name}-{id_of(event.id)}"
        if id in self._seen:
            return f"its id {event.id!r} occurs twice"
        if not (event.sources or event.targets):
            return "names nobody"
        self._seen.add(id)
        file.write(json.dumps({"id": id, **self._record(event)}, ensure_ascii=False) + "\n")
        day, self.events = str(event.day), self.events + 1
        self._days = [min([day, *self._days]), max([day, *self._days])]
        return None

    def _record(self, event: Coded) -> Record:
        key = (event.category.scheme, event.category.code)
        category = self._types.setdefault(key, event.category)
        sides = {"source": event.sources, "target": event.targets} if event.targets else {"participant": event.sources}
        taking_part = dict.fromkeys((self._actor(party), role) for role, parties in sides.items() for party in parties)
        names = {role: " and ".join(dict.fromkeys(party.name for party in parties)) for role, parties in sides.items() if parties}
        told = [f"{name} as {role}" for role, name in names.items()]
        report = f" The report: {event.report}" if event.report else ""
        return {
            "title": f"{label(category)}: {' → '.join(names.values())}",
            "type": type_id(category),
            "status": "alleged",
            "coding": "machine",
            "date": str(event.day),
            "participants": [{"actor": actor, "role": role} for actor, role in taking_part],
            "summary": f"Coded by machine from a news report, with {', '.join(told)}. {UNREAD}{report}",
            "identifiers": [{"scheme": self.name, "value": event.id}],
            "citations": [{"source": self.name, "locator": event.locator}],
        }

    def _actor(self, party: CodedParty) -> str:
        key = party._replace(about="")
        if key not in self._actors:
            id = plain = id_of(party.name)
            nth = 1
            while id in self._ids:
                nth += 1
                id = f"{plain}-{nth}"
            self._ids.add(id)
            self._actors[key] = id
            with (self.folder / "actors.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps({"id": id, **self._about(party)}, ensure_ascii=False) + "\n")
        return self._actors[key]

    def _about(self, party: CodedParty) -> Record:
        return {
            "name": party.name,
            "kind": "state" if party.state else "unspecified",
            **({"country": party.country} if party.country else {}),
            **({"description": party.about} if party.about else {}),
            "citations": [{"source": self.name}],
        }

    def finish(self, file: str) -> None:
        """Writes what is known once all events are: their types, the source and `dataset.yaml`."""
        (self.folder / "event-types").mkdir()
        for category in self._types.values():
            path = self.folder / "event-types" / f"{type_id(category)}.yaml"
            path.write_text(write_yaml(event_type(category)), encoding="utf-8")
        layout, today = self.layout, datetime.now(UTC).date()
        source = {"title": f"{layout.title}: {file}", "kind": "dataset", "publisher": layout.publisher, "language": "en"}
        (self.folder / "sources").mkdir()
        text = write_yaml({**source, "url": layout.url})
        (self.folder / "sources" / f"{self.name}.yaml").write_text(text, encoding="utf-8")
        about = {
            "title": f"{layout.title}, coded by machine",
            "description": f"Made from {file}. Every event is alleged: a machine coded it from a report that nobody has read.",
            "version": "0.1.0",
            "released": str(today),
            "licence": layout.licence,
            "licence_url": layout.licence_url,
            "creators": [{"name": layout.publisher}],
            "coverage": "/".join(dict.fromkeys(day[:4] for day in self._days)),
            "countries": sorted({party.country for party in self._actors if party.country and party.state}),
        }
        (self.folder / "dataset.yaml").write_text(write_yaml(about), encoding="utf-8")


def id_of(text: str) -> str:
    """A text as the id of a record; of one without words, or a long one, part of its digest."""
    found = slug(text)
    return found if 0 < len(found) <= 80 else f"{found[:60]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}".strip("-")


def type_id(category: Category) -> str:
    """The id of the event type of a category: `cameo-0211`, `plover-consult-visit`."""
    return id_of(f"{category.scheme} {category.code}")


def label(category: Category) -> str:
    """What a category is called: `Appeal (CAMEO 0211)`, `CONSULT visit (PLOVER)`."""
    if category.scheme == "PLOVER":
        return f"{category.code} (PLOVER)"
    name = category.name or ROOTS.get(category.code[:2], ("Not in CAMEO's list", None))[0]
    return f"{name} (CAMEO {category.code})"


def event_type(category: Category) -> Record:
    """The event type of a category, with its crosswalk."""
    if category.scheme == "PLOVER":
        event, _, mode = category.code.partition(" ")
        crosswalk = {"plover": {"event": event, **({"mode": mode} if mode else {}), "version": VERSIONS["PLOVER"]}}
    else:
        settled = YIELD.get(category.code[:3]) or ROOTS.get(category.code[:2], ("", None))[1]
        crosswalk = {"plover": {"event": settled, "version": VERSIONS["PLOVER"]}} if settled else {}
        score: Record = {} if category.score is None else {"goldstein": category.score}
        crosswalk["cameo"] = {"code": category.code, **score, "version": VERSIONS["CAMEO"]}
    missing = {} if len(crosswalk) == 2 else {"note": "The other scheme has no one category for this one."}
    definition = f"What a machine coded as {category.scheme} {category.code}. {UNREAD}"
    return {"label": label(category), "definition": definition, **crosswalk, **missing}


@contextmanager
def written_beside(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that becomes it at the end, or is removed. Raises FileError if there is one with files in it."""
    with file_errors("write", folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileError("write", folder, "it exists, and is not empty")
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            yield making
            making.chmod(0o755)
            os.replace(making, folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)


def bring(
    name: str, lines: Iterable[str], written: tuple[Path, str], between: frozenset[str], tell: Callable[[BadLine], None]
) -> int:
    """Writes the events among the lines of a layout; returns how many. Lines that are none are told.

    `written` are the new folder and the name of the file that the lines are of. With `between`, only events whose actors are
    of at least two of these countries (ISO 3166-1 alpha-3). Raises FileError.
    """
    (folder, file), layout = written, LAYOUTS[name]
    with written_beside(folder) as making:
        writer = Writer(name, layout, making)
        with (making / "events.jsonl").open("w", encoding="utf-8") as events:
            for item in layout.read(lines):
                if isinstance(item, BadLine):
                    tell(item)
                    continue
                countries = {party.country for party in (*item.sources, *item.targets)}
                wanted = not between or len(between & countries) > 1
                if wanted and (fault := writer.add(item, events)):
                    tell(BadLine(item.line, fault))
        if not writer.events:
            raise FileError("write", folder, f"there is no event in {file} to write")
        writer.finish(file)
    return writer.events
