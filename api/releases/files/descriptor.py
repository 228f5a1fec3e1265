"""The data descriptor of a release: what referees of data journals ask of a data set, with its figures filled in.

A dataset may have a text of its own, `descriptor.md`; otherwise it is the one beside this module. A generated section stands
between `<!-- begin NAME -->` and `<!-- end NAME -->`; `<!-- codebook: HEADING -->` stands for that section of the dataset's
README.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...dataset.official_rows import REASONS
from ...query.citation import citation
from ...resources import RESOURCES
from .. import codebook
from .datapackage import all_tables
from .metadata import text_of, write_page
from .release_reader import ReleaseContent

FILE = "descriptor.md"
# Figures of quality.json, in words; the numbers of records stand above them in the descriptor.
FIGURES = {
    "citations_per_record": "Citations a record, on average",
    "day_precise_dates": "Share of dates that are one day",
    "open_dates": "Dates without a first or without a last day",
    "official_share_of_citations": "Share of citations that are of official texts",
    "shares_of_citations": "Share of citations that are of this kind of source",
    "official_share_of_sources": "Share of sources that are official texts",
    "sources_with_address": "Share of sources that have an address",
    "places_with_coordinates": "Share of places of this kind that have coordinates",
    "accounts": "Accounts that conflict with others",
    "disputed_records": "Records of which accounts conflict",
}
INCLUDED = re.compile(r"<!-- codebook: (.+?) -->")


def descriptor(content: ReleaseContent, path: Path) -> None:
    """The descriptor as one page. Raises DatasetError if a text of the dataset cannot be read."""
    about = content.release.about
    write_page(path, f"{about['title']}, version {about['version']}: data descriptor", markdown(content))


def markdown(content: ReleaseContent) -> str:
    folder, about = content.dataset.folder, content.release.about
    text = text_of(folder, FILE) or Path(__file__).with_name(FILE).read_text(encoding="utf-8").rstrip()
    readme = text_of(folder, "README.md") or ""
    text = INCLUDED.sub(lambda match: section(readme, match[1]), text)
    text = codebook.SECTION.sub(lambda match: SECTIONS[match[2]](content) if match[2] in SECTIONS else match[0], text)
    return f"# {about['title']}: data descriptor\n\nVersion {about['version']} of {about['released']}.\n\n{text}\n"


def section(text: str, heading: str) -> str:
    """What stands below a heading of a Markdown text, up to the next one of its level; empty if there is no such heading."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,6}} |\Z)", text, re.DOTALL | re.MULTILINE)
    return found[2].strip() if found else ""


def summary(content: ReleaseContent) -> str:
    about = content.release.about
    cited = citation(about) or "This version is a draft, which cannot be cited."
    covered = f"It means to cover {about['coverage'].replace('/', ' to ')}, for {', '.join(about['countries'])}."
    return f"{about['description']} {covered}\n\nLicence: [{about['licence']}]({about['licence_url']}). Cite as: {cited}"


def decades(content: ReleaseContent) -> str:
    """The number of records of each dated kind in each decade, by the earliest day, and of those that nobody read one by one."""
    counts: dict[str, Counter[str]] = {}
    for resource in RESOURCES:
        for document in content.documents(resource) if resource.dated else ():
            when, coding = decade(document[str(resource.dated)]), document.get("coding", "curated")
            for column in (resource.kind, *([f"{resource.kind}, {coding}"] if coding != "curated" else [])):
                counts.setdefault(column, Counter())[when] += 1
    rows = [(word, *(found[word] for found in counts.values())) for word in sorted(set().union(*counts.values()))]
    return codebook.table(("decade", *counts), *rows)


def decade(date: Any) -> str:
    return f"{date['earliest'][:3]}0s" if date and date["earliest"] else "no first day"


def rules(content: ReleaseContent) -> str:
    """What every record of a release keeps, as `check` refuses all others."""
    kept = "\n".join(f"- {rule['promise'].split(chr(10))[0]}" for rule in content.release.about["rules"])
    return kept or "The rules of the day on which it was published."


def unmatched(content: ReleaseContent) -> str:
    """The rows of official lists that no event has, by reason."""
    text = text_of(content.dataset.folder, REASONS)
    if text is None:
        return "No official lists were compared with this dataset."
    found = Counter((row["list"], row["reason"]) for row in csv.DictReader(text.splitlines()))
    return codebook.table(("list", "why no event has the row", "rows"), *((*key, n) for key, n in sorted(found.items())))


def figures(content: ReleaseContent) -> str:
    """The figures of quality in words; shares are between 0 and 1."""
    found = content.release.about["quality"]
    rows = [
        (words, of, f"{value:.2f}" if isinstance(value, float) else value)
        for key, words in FIGURES.items()
        for of, value in (found[key].items() if isinstance(found[key], dict) else [("", found[key])])
        if value is not None
    ]
    return codebook.table(("figure", "of", "value"), *rows)


def tables(content: ReleaseContent) -> str:
    return codebook.table(("table in csv.zip", "what"), *((f"`{t.name}`", t.description) for t in all_tables().values()))


def code(content: ReleaseContent) -> str:
    return (
        "The files are made by `diplomatic-events release` from the text files of the dataset; the same give the same bytes. "
        f"The digest of the content is `sha256:{content.release.about['digest']}`."
    )


SECTIONS: dict[str, Callable[[ReleaseContent], str]] = {
    "code": code,
    "counts": lambda content: codebook.counts(content.dataset),
    "decades": decades,
    "figures": figures,
    "reliability": lambda content: codebook.reliability(content.dataset),
    "rules": rules,
    "summary": summary,
    "tables": tables,
    "types": lambda content: codebook.types(content.dataset),
    "unmatched": unmatched,
}
