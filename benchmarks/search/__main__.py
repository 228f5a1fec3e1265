"""`python -m benchmarks.search`: measures search alone and writes its section of RESULTS.md."""

from pathlib import Path

import click

from .clients import ROOT
from .report import inserted, section


@click.command()
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "benchmarks" / "RESULTS.md", help="File to change.")
def main(output: Path) -> None:
    """Ask every query on both databases and write the section of RESULTS.md."""
    measured, _ = section()
    output.write_text(inserted(output.read_text(encoding="utf-8"), measured), encoding="utf-8")
    click.echo(measured)


if __name__ == "__main__":
    main()
