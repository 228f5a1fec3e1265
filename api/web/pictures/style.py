"""The style sheet of all pictures: light and dark; no fonts, no scripts, and no variables, which other programs do not know."""

from pathlib import Path
from string import Template

COLOURS = ("paper", "ink", "dim", "rule", "soft", "accent", "land", "s0", "s1", "s2", "s3", "s4", "s5")
LIGHT = "#fbfaf7 #1c2430 #566070 #ddd8cc #f4f0e8 #8a1c2b #ebe5d7 #8a1c2b #3f5b7d #b7822f #4d7a63 #8c7aa8 #7d7468"
DARK = "#14181e #e4e6ea #a0a9b6 #343c48 #1a1f27 #e8939e #242b35 #e8939e #8fb0d8 #dcb46c #93c2a9 #b9a8d4 #b3aba0"


def part(file: str) -> str:
    """What is the same in all pictures, from a file beside this one, without its line breaks."""
    return Path(__file__).with_name(file).read_text(encoding="ascii").replace("\n", "")


def _scheme(colours: str) -> str:
    return Template(part("colours.css")).substitute(dict(zip(COLOURS, colours.split(), strict=True)))


CSS = f"{_scheme(LIGHT)}{part('forms.css')}@media(prefers-color-scheme:dark){{{_scheme(DARK)}}}@media print{{{_scheme(LIGHT)}}}"
