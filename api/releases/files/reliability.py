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
    parts = sorted(part for part in folder.rglob("*") if part.is_file()) if codings.folders(folder) else ()
    with zipfile.ZipFile(path, "w", compresslevel=9) as out:
        out.writestr(zip_member("reliability.md"), f"# Reliability\n\n{reliability(content.dataset)}\n")
        for part in parts:
            with dataset_errors(root, part, "read"):
                out.writestr(zip_member(part.relative_to(folder).as_posix()), part.read_bytes())
