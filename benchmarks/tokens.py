"""`python -m benchmarks.tokens`: how many tokens the tools for assistants cost, as a section of RESULTS.md."""

import re
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Any

import click
import yaml
from flask.testing import FlaskClient

from api.formats import dumps

from .search.clients import ROOT, client

ENCODING = "o200k_base"
GOAL = 3000  # tokens of the manifest
HOW = f"""\
What a language model reads of the tools at `/mcp`, in tokens of the encoding `{ENCODING}` (other models count otherwise): the
manifest is what `tools/list` gives, once a conversation; an answer is the text of a call, for each question of
[docs/questions.yaml](../docs/questions.yaml) and the shipped dataset, with the limits as they are by default.
"""


def section() -> str:
    """The section, measured now."""
    import bpe_openai  # noqa: PLC0415  # reads its tables, and warns, as soon as it is imported

    encoding = bpe_openai.get_encoding(ENCODING)

    def tokens(value: Any) -> int:
        return len(encoding.encode(value if isinstance(value, str) else dumps(value)))

    answers: dict[str, list[int]] = defaultdict(list)
    with client("") as asked:
        assert asked
        manifest = tokens(result(asked, "tools/list")["tools"])
        told = tokens(result(asked, "initialize")["instructions"])
        for question in yaml.safe_load((ROOT / "docs" / "questions.yaml").read_text(encoding="utf-8")):
            called = result(asked, "tools/call", name=question["tool"], arguments=question["arguments"])
            answers[question["tool"]].append(tokens(called["content"][0]["text"]))
    answers["all"] = [count for counts in answers.values() for count in counts]
    rows = [
        (
            "manifest",
            "1",
            f"{manifest:,}",
            f"{manifest:,}",
            f"at most {GOAL:,}: {'reached' if manifest <= GOAL else '**not reached**'}",
        )
    ]
    rows.append(("instructions", "1", f"{told:,}", f"{told:,}", ""))
    rows += [
        (f"answers: {tool}", str(len(counts)), f"{mean(counts):,.0f}", f"{max(counts):,}", "") for tool, counts in answers.items()
    ]
    head = ("what", "how many", "tokens, mean", "most", "goal")
    table = "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))
    return f"## Tools for assistants\n\n{HOW}\n{table}\n"


def result(asked: FlaskClient, method: str, **params: Any) -> Any:
    """The result of a request, as a client of a revision with sessions sends it."""
    answer = asked.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    return answer.get_json()["result"]


def inserted(document: str, section: str) -> str:
    """A document with the section in it, in place of the one that was there."""
    without = re.sub(r"## Tools for assistants\n.*?(?=^## )", "", document, flags=re.DOTALL | re.MULTILINE)
    before, how, after = without.partition("## How it was measured")
    return f"{before}{section}{how}{after}"


@click.command()
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "benchmarks" / "RESULTS.md", help="File to change.")
def main(output: Path) -> None:
    """Ask every question and write the section of RESULTS.md."""
    measured = section()
    output.write_text(inserted(output.read_text(encoding="utf-8"), measured), encoding="utf-8")
    click.echo(measured)


if __name__ == "__main__":
    main()
