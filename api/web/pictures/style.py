"""The style sheet of all pictures: light and dark; no fonts, no scripts, and no variables, which other programs do not know."""

SHADES = ("#8a1c2b", "#3f5b7d", "#b7822f", "#4d7a63", "#8c7aa8", "#7d7468")
DARK = ("#e8939e", "#8fb0d8", "#dcb46c", "#93c2a9", "#b9a8d4", "#b3aba0")


def _scheme(shades: tuple[str, ...], paper: str, ink: str, dim: str, *others: str) -> str:
    """The rules that have colours; `others` are those of rules, bands, marks and land."""
    rule, soft, accent, land = others
    rules = {
        ".paper": f"fill:{paper}",
        "": f"fill:{ink}",
        "text.dim,tspan.dim,.note": f"fill:{dim}",
        "text.cut,text.day,a:hover text": f"fill:{accent}",
        ".caught": f"fill:{ink};stroke:{paper}",
        ".perhaps": f"fill:{paper};stroke:{ink}",
        ".rule": f"stroke:{rule}",
        ".zero": f"stroke:{dim}",
        ".band": f"fill:{soft}",
        ".land": f"fill:{land};stroke:{rule}",
        ".solid": f"fill:{accent};stroke:{accent}",
        ".hollow": f"fill:{paper};stroke:{accent}",
        ".edge,.dash,.ring": f"stroke:{accent}",
        ".stripe": f"stroke:{accent}",
        ".stop": f"stop-color:{accent}",
        ".dot": f"fill:{accent};stroke:{paper}",
        ".near": f"stroke:{accent}",
        ".tie": f"stroke:{dim}",
        ".t0": f"fill:{land}",
        ".t1": f"fill:{rule}",
        ".veil": f"fill:{paper}",
        ".halo": f"stroke:{paper}",
        ".card": f"fill:{soft};stroke:{rule}",
        ".card.asked": f"stroke:{accent}",
        ".day": f"stroke:{ink}",
        "a:focus .hit": f"stroke:{ink}",
        **{f".s{number}": f"fill:{shade};stroke:{shade}" for number, shade in enumerate(shades)},
    }
    return "".join(
        ",".join(f".picture {part}".rstrip() for part in selector.split(",")) + f"{{{said}}}" for selector, said in rules.items()
    )


LIGHT_SCHEME = _scheme(SHADES, "#fbfaf7", "#1c2430", "#566070", "#ddd8cc", "#f4f0e8", "#8a1c2b", "#ebe5d7")
DARK_SCHEME = _scheme(DARK, "#14181e", "#e4e6ea", "#a0a9b6", "#343c48", "#1a1f27", "#e8939e", "#242b35")
FORMS = (
    '.picture{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color-scheme:light dark}'
    '.picture .heading{font:600 17px Georgia,"Times New Roman",serif}'
    ".picture .lane{font-weight:600}.picture tspan.dim{font-weight:400;white-space:pre}.picture .small{font-size:11px}"
    ".picture a{cursor:pointer;text-decoration:none}.picture a:hover text{text-decoration:underline}"
    ".picture a:focus{outline:2px solid;outline-offset:1px}"
    ".picture .rule,.picture .zero,.picture .day,.picture .tie{fill:none}"
    ".picture .solid,.picture .hollow,.picture .caught,.picture .perhaps{stroke-width:1.4}"
    ".picture .edge,.picture .ring{fill:none;stroke-width:1.3}"
    ".picture .dash{fill:none;stroke-width:1.4;stroke-dasharray:3 2.5}"
    ".picture .dots{stroke-dasharray:.1 3;stroke-linecap:round;stroke-width:1.8}"
    ".picture .stripe{stroke-width:3}.picture .stripe.pause{stroke-width:1.6}"
    ".picture .hatch{fill:url(#picture-hatch)}.picture .pause{fill:url(#picture-pause)}"
    ".picture .from{fill:url(#picture-from)}.picture .to{fill:url(#picture-to)}"
    ".picture .day{stroke-dasharray:6 3}.picture text.day{stroke:none}"
    ".picture .dot{stroke-width:1.2;fill-opacity:.82}.picture .land{stroke-width:.6;vector-effect:non-scaling-stroke}"
    ".picture .thin{fill-opacity:.45;stroke-width:.8}.picture .near{fill-opacity:.15;stroke-dasharray:2 2}"
    ".picture .hit{fill:transparent;stroke:none}.picture .halo{paint-order:stroke;stroke-width:3;stroke-linejoin:round}"
    ".picture .dashed{stroke-dasharray:5 4}.picture .veil{stroke:none;fill-opacity:.72}.picture .faint{opacity:.5}"
    ".picture .doubtful{stroke-dasharray:3 2}.picture .asked{stroke-width:1.6}.picture .tie{stroke-opacity:.6}"
    ".picture [class^=s].other{fill-opacity:.25}"
)
CSS = f"{LIGHT_SCHEME}{FORMS}@media(prefers-color-scheme:dark){{{DARK_SCHEME}}}@media print{{{LIGHT_SCHEME}}}"
