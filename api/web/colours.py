"""The colour of links and marks: that of the dataset, in style sheets that are written in ours."""

from ..storage.release import Release

OURS = {"light": "#8a1c2b", "dark": "#e8939e"}


def coloured(text: str, release: Release | None) -> str:
    """A style sheet, or a picture, with the colours that the dataset of a release gives."""
    for page, colour in ((release and release.about["colours"]) or {}).items():
        text = text.replace(OURS[page], colour)
    return text
