"""The command `reliability`, which computes how well independent codings of the same units agree."""

from contextlib import closing
from pathlib import Path

import click

from ..dataset import reader
from ..dataset.reliability import figures
from ..releases import codebook
from .common import a_folder, dataset_option, fail, settings_of


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=a_folder(exists=True))
@dataset_option
def reliability(directory: Path | None, folder: Path | None) -> None:
    """Print Krippendorff's alpha of each variable of double codings, with its 95 % interval.

    DIR holds units.csv and a coder_<n>.csv for each coder. Without it there is a table for <dataset>/reliability and one for each
    folder in it. Types of events are those of the dataset. Faulty values are listed, all of them, with file, line and column.
    """
    root = settings_of(dataset=folder).dataset
    with closing(reader.read(root)) as dataset:
        if dataset.findings:
            fail(dataset.findings.all())
        if directory:
            click.echo(codebook.reliability_table(figures(codebook.coded(dataset, directory))))
        else:
            click.echo(codebook.reliability(dataset))
