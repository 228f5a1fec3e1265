"""Makes the files of every published version that releases/ lacks, of the records that the history of the repository has.

The manifest of a version is committed with its records. They are published again as they were, if they still have the digest
that the manifest tells; rules that were made since are not asked. A version that the history lacks is told, and left out.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

COMMAND = [sys.executable, "-m", "diplomatic_events"]


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], check=True, capture_output=True).stdout


def main() -> None:
    for manifest in sorted(Path("dataset/releases").glob("*.tsv")):
        if Path("releases", manifest.stem).is_dir():
            continue
        try:
            commit = git("log", "-1", "--format=%H", "--", str(manifest)).decode().strip()
            records = git("archive", commit, "dataset")
        except (OSError, subprocess.CalledProcessError):
            print(f"{manifest.stem} is not made: the history that has it is not here (git fetch --unshallow)", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(records)) as archive:
            archive.extractall(folder, filter="data")
            options = ["--dataset", f"{folder}/dataset", "--output", "releases"]
            subprocess.run([*(sys.argv[1:] or COMMAND), "release", *options], check=True)


if __name__ == "__main__":
    main()
