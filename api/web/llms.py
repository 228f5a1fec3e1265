"""`/llms.txt`: what is here and how to ask, for language models (https://llmstxt.org)."""

from flask import Blueprint, Response

from ..formats.markdown import escaped
from ..query.citation import citation
from ..resources import RESOURCES
from .addresses import root
from .request_parameters import no_parameters, served
from .responses import answer, not_modified

PLAIN = "text/plain"
HOW = """\
Every fact has its source; every answer names the release that it is from. What is alleged, announced, disputed, one-sided or not
dated to the day says so: say it, too. A record that is not here is no proof that nothing happened.

- Filters are parameters; unknown ones are an error that names the others. `q` looks for words. `links.next` is the next page.
- `format=md` gives records as Markdown, other formats are NDJSON, CSV and JSON-LD.
- Dates are EDTF; `date_from` and `date_to` take a year, a month or a day.
- Assistants with tools use the Model Context Protocol at {root}mcp: find, get, timeline, in\\_force, who\\_held, cite."""
blueprint = Blueprint("llms", __name__)


@blueprint.get("/llms.txt")
def llms() -> Response:
    """What is here, with the addresses of everything."""
    no_parameters()
    release = served()
    if unchanged := not_modified(release, PLAIN):
        return unchanged
    about, home = release.about, root()
    counts = about["counts"]
    kinds = [f"- [{r.kind}]({home}v1/{r.kind}?format=md): {counts[r.kind]} records. {escaped(r.description)}" for r in RESOURCES]
    others = {
        "Search": ("v1/search?q=", "any kind, best first"),
        "Timeline": ("v1/timeline", "events, statements and actions of agreements in order of time"),
        "Changes": ("v1/changes", "what changed in which release"),
        "Releases": ("v1/releases", "all records as files"),
        "Contract": ("openapi.yaml", "every route and parameter, as OpenAPI"),
    }
    cite = citation(about, home) or "This release is a draft: it may still change, and cannot be cited."
    parts = [
        f"# {escaped(about['title'])}",
        f"> {escaped(about['description'])}",
        f"Version {about['version']} of {about['released']}, {escaped(about['licence'])}. How to cite: {escaped(cite)}",
        HOW.format(root=home),
        "## Records\n\n" + "\n".join(kinds),
        "## Elsewhere\n\n" + "\n".join(f"- [{name}]({home}{path}): {what}" for name, (path, what) in others.items()),
    ]
    return answer("\n\n".join(parts) + "\n", release, PLAIN)
