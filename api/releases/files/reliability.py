"""The archive of double codings in a release: what each coder answered, and the reliability computed from it."""

import zipfile
from pathlib import Path

from ...dataset import codings
from ...dataset.os_errors import dataset_errors
from ..codebook import reliability
from .release_reader import ReleaseContent, zip_member


def archive(content: ReleaseContent, path: Path) -> None:
    """The table of reliability, and the raw codings as they stand in the dataset, if any do. Raises DatasetError."""
    root = content.dataset.folder
    folder = root / codings.FOLDER
    with zipfile.ZipFile(path, "w", compresslevel=9) as out:
        out.writestr(zip_member("reliability.md"), f"# Reliability\n\n{reliability(content.dataset)}\n")
        for part in sorted(folder.iterdir()) if codings.are_there(folder) else ():
            with dataset_errors(root, part, "read"):
                out.writestr(zip_member(part.name), part.read_bytes())
