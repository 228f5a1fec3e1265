"""What a release is: one description, which every vocabulary of this package prints in its own words."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...query.citation import bibtex, citation, cited_as, release_url
from ...resources import RESOURCES
from ...schema import edtf
from ...schema.fields import Record
from ...schema.shape import Node, shape
from ...schema.versions import is_draft, version_key
from ...storage.release import Release
from ...storage.tables import Changed


@dataclass(frozen=True)
class PublishedFile:
    """A file of a release; `records` is their number, None where the file is no list of records."""

    name: str
    media_type: str
    what: str
    bytes: int
    sha256: str
    records: int | None = None


@dataclass(frozen=True)
class Agent:
    """Who made the data: a person, who has an ORCID iD, or a group, which may have a ROR id."""

    name: str
    orcid: str | None = None
    ror: str | None = None
    url: str | None = None
    email: str | None = None

    @property
    def identifier(self) -> str | None:
        if self.orcid:
            return f"https://orcid.org/{self.orcid}"
        return f"https://ror.org/{self.ror}" if self.ror else None

    @property
    def address(self) -> str | None:
        return self.identifier or self.url

    @property
    def kind(self) -> str:
        return "Person" if self.orcid else "Organization"


@dataclass(frozen=True)
class Description:
    """A release.

    `parts` are its files but for those that are `printed` from this.
    `home` is the address of the server, `address` that of the release, None where they are not known: a file that does not
    know where it will be served has addresses relative to itself. `page` is for people. `cite_as` is what a citation leads to.
    """

    name: str
    title: str
    text: str
    version: str
    released: str
    licence: str
    licence_url: str
    creators: tuple[Agent, ...]
    keywords: tuple[str, ...]
    countries: tuple[str, ...]
    coverage: str
    digest: str
    doi: str | None
    home: str | None
    address: str | None
    page: str | None
    previous: str | None
    cite_as: str | None
    citation: str | None
    bibtex: str
    parts: tuple[PublishedFile, ...]
    printed: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """What identifies the content wherever it is."""
        return f"sha256:{self.digest}"

    @property
    def publisher(self) -> str:
        return ", ".join(creator.name for creator in self.creators)

    @property
    def coverage_days(self) -> tuple[str, str]:
        """The first and the last day of the time that the data means to cover."""
        days = edtf.bounds(self.coverage)
        return days.earliest.isoformat(), days.latest.isoformat()

    def of(self, name: str) -> str:
        """The address of a file."""
        return f"{self.address}/{name}" if self.address else name


def describe(
    release: Release, parts: Iterable[PublishedFile] = (), base: str | None = None, printed: Iterable[str] = ()
) -> Description:
    """The description of a release and its files; `base` is the address of a server whose dataset names none."""
    about = release.about
    home = (about.get("url") or base or "").rstrip("/") or None
    before = release.once("the version before", lambda: previous(release))
    return Description(
        name=about["name"],
        title=about["title"],
        text=about["description"],
        version=about["version"],
        released=about["released"],
        licence=about["licence"],
        licence_url=about["licence_url"],
        creators=tuple(Agent(**creator) for creator in about["creators"]),
        keywords=tuple(about["keywords"]),
        countries=tuple(about["countries"]),
        coverage=about["coverage"],
        digest=about["digest"],
        doi=about.get("doi"),
        home=home,
        address=release_url(about, base),
        page=page_url(about, base),
        previous=release_url({**about, "version": before}, base) if before else None,
        cite_as=cited_as(about, base),
        citation=citation(about, base),
        bibtex=bibtex(about, f"sha256:{about['digest']}", cited_as(about, base)),
        parts=tuple(parts),
        printed=tuple(printed),
    )


def page_url(about: Record, base: str | None = None) -> str | None:
    """The address of the page of a release, which is that of the release without `/v1`. None as there."""
    url = release_url(about, base)
    return url and "/releases/".join(url.rsplit("/v1/releases/", 1))


def previous(release: Release) -> str | None:
    """The version before a release, None where it is the first."""
    own = release.about["version"]
    versions = {version for (version,) in release.rows(Changed.select(Changed.version).distinct())}
    older = [version for version in versions if not is_draft(version) and version_key(version) < version_key(own)]
    return max(older, key=version_key, default=None)


def variables() -> Iterable[tuple[str, Node]]:
    """Every variable, as (kind of record, key of the public documents)."""
    return ((resource.kind, node) for resource in RESOURCES for node in shape(resource.schema))


def without_nulls(value: Record) -> Record:
    """A mapping without what is not known."""
    return {key: item for key, item in value.items() if item not in (None, [], ())}
