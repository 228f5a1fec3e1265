"""Signposts: typed links that lead programs from a release to its citation, licence, descriptions and files.

FAIR Signposting (https://signposting.org/FAIR/): a release's page and answer have them in the header field `Link`, the page has
its files as link elements (level 1); all of them, and those of each file, are in a linkset (level 2, RFC 9264).
`/.well-known/api-catalog` leads to the interface itself (RFC 9727).
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from flask import Blueprint, Response

from ..formats import dumps
from ..releases.descriptions import PRINTED, Description, PublishedFile, describe
from ..releases.files import File, file_of
from ..schema.fields import Record
from ..schema.versions import is_draft
from ..storage.published import PublishedRelease
from ..storage.release import Release
from . import addresses
from .headers import LONGEST_LINK
from .request_parameters import no_parameters, store
from .responses import HTML, fixed

LINKSET = "application/linkset+json"
CATALOGUE = "/.well-known/api-catalog"
RFC9727 = "https://www.rfc-editor.org/info/rfc9727"
blueprint = Blueprint("signposts", __name__)


class Signpost(NamedTuple):
    """A typed link: its relation, its target, and the target's media type and profile where they help to choose."""

    rel: str
    href: str
    type: str | None = None
    profile: str | None = None

    def header(self) -> str:
        given = (("rel", self.rel), ("type", self.type), ("profile", self.profile))
        return "; ".join([f"<{self.href}>", *(f'{name}="{value}"' for name, value in given if value)])

    def target(self) -> Record:
        given = {"href": self.href, "type": self.type, "profile": self.profile}
        return {name: value for name, value in given.items() if value}


def description(release: Release, files: list[Record]) -> Description:
    """The description of a release with the files that this server has of it, at addresses of this server."""
    parts = [
        PublishedFile(*(file[key] for key in ("name", "media_type", "what", "bytes", "sha256", "records")))
        for file in files
        if isinstance(file_of(file["name"]), File)
    ]
    printed = {file["name"] for file in files} & set(PRINTED)
    return describe(release, parts, addresses.root(), (name for name in PRINTED if name in printed))


def of_release(described: Description) -> Iterator[Signpost]:
    """The signposts of a release's page, without those to its files."""
    if described.cite_as:
        yield Signpost("cite-as", described.cite_as)
    if described.page:
        yield Signpost("linkset", f"{described.page}/linkset", LINKSET)
    yield Signpost("type", "https://schema.org/Dataset")
    yield Signpost("type", "https://schema.org/AboutPage")
    yield Signpost("license", described.licence_url)
    yield from (Signpost("author", creator.address) for creator in described.creators if creator.address)
    for name in described.printed:
        yield Signpost("describedby", described.of(name), PRINTED[name].media_type, PRINTED[name].profile)


def to_files(described: Description) -> list[Signpost]:
    return [Signpost("item", described.of(part.name), part.media_type) for part in described.parts]


def of_file(page: str, name: str) -> Signpost:
    """The signpost of a file, which leads back to the page."""
    return Signpost("describes" if name in PRINTED else "collection", page, HTML)


def header(signposts: Iterator[Signpost]) -> str:
    """The field `Link`; what it has no room for is in the linkset alone."""
    texts = [one.header() for one in signposts]
    ends = accumulate(len(text) for text in texts)
    return ", ".join(text for text, end in zip(texts, ends, strict=True) if end <= 2 * LONGEST_LINK)


def of_record(release: Release, kind: str, id: str) -> str | None:
    """What a citation of a record leads to: its page in this release; None for a draft."""
    about = release.about
    home = (about.get("url") or addresses.root()).rstrip("/")
    return None if is_draft(about["version"]) else f"{home}/{kind}/{id}?release={about['version']}"


def linkset(described: Description) -> Record:
    """Every signpost of a release and of its files."""
    page: Record = {"anchor": described.page}
    for one in (*of_release(described), *to_files(described)):
        if one.rel != "linkset":
            page.setdefault(one.rel, []).append(one.target())
    names = [*(part.name for part in described.parts), *described.printed]
    back = [(name, of_file(described.page or "", name)) for name in names]
    return {"linkset": [page, *({"anchor": described.of(name), one.rel: [one.target()]} for name, one in back)]}


def of_newest() -> Iterator[Signpost]:
    """The descriptions of the newest release that this server has files of."""
    versions, folder = store().versions(), store().published
    if versions and folder is not None:
        sums = PublishedRelease(versions[0], folder / versions[0]).sums()
        for name in (name for name in PRINTED if name in sums):
            where = addresses.absolute("releases.release_file", version=versions[0], name=name)
            yield Signpost("describedby", where, PRINTED[name].media_type, PRINTED[name].profile)


@blueprint.get(CATALOGUE)
def api_catalogue() -> Response:
    """Where the interface, its contract, its documentation and its state are, and what describes the data for catalogues."""
    no_parameters()
    entry: Record = {
        "anchor": addresses.absolute("index.index"),
        "service-desc": [
            Signpost("", addresses.absolute("pages.openapi_yaml"), "application/yaml").target(),
            Signpost("", addresses.absolute("pages.openapi_json"), "application/json").target(),
        ],
        "service-doc": [Signpost("", addresses.absolute("pages.docs"), HTML).target()],
        "service-meta": [Signpost("", addresses.absolute("releases.releases"), "application/json").target()],
        "status": [Signpost("", addresses.absolute("health.readyz"), "application/json").target()],
    }
    own = Signpost("api-catalog", addresses.here(), LINKSET).header()
    data: Record = {"anchor": addresses.root(), "describedby": [one.target() for one in of_newest()]}
    entries = [entry, data] if data["describedby"] else [entry]
    return fixed(dumps({"linkset": entries}), f'{LINKSET}; profile="{RFC9727}"', headers={"Link": own})
