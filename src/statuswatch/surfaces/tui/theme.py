"""Two themes with colours that people with any colour vision can tell apart, and that read on their background (contrast at least 4.5 to 1)."""

from collections.abc import Mapping
from functools import cache

from rich.style import Style
from textual.theme import Theme

from statuswatch.surfaces.present_text import Tone

# The hues are those of Okabe and Ito's palette, lightened or darkened for the background. https://jfly.uni-koeln.de/color/
DARK = Theme(
    name="statuswatch-dark",
    dark=True,
    primary="#7fb8e6",
    secondary="#8a93a3",
    accent="#56b4e9",
    foreground="#d6dae2",
    background="#14171c",
    surface="#14171c",
    panel="#1e232b",
    success="#3ec49a",
    warning="#f0b232",
    error="#ff7a4d",
    variables={
        "chosen": "#262d3a",
        "tone-ok": "#3ec49a",
        "tone-unsure": "#e8d95a",
        "tone-failing": "#f0a830",
        "tone-down": "#ff7a4d",
        "tone-back": "#63bdf0",
        "tone-maintenance": "#d99bc0",
        "tone-dim": "#98a1b0",
        "tone-strong": "#ffffff",
        "footer-key-foreground": "#7fb8e6",
        "footer-background": "#1e232b",
    },
)

LIGHT = Theme(
    name="statuswatch-light",
    dark=False,
    primary="#0a5a93",
    secondary="#5b6472",
    accent="#0072b2",
    foreground="#22262d",
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#eceef1",
    success="#006e50",
    warning="#8a5a00",
    error="#b23c00",
    variables={
        "chosen": "#dde5ee",
        "tone-ok": "#006e50",
        "tone-unsure": "#6f6400",
        "tone-failing": "#8a5300",
        "tone-down": "#b03a00",
        "tone-back": "#0067a3",
        "tone-maintenance": "#94487a",
        "tone-dim": "#5d6673",
        "tone-strong": "#000000",
        "footer-key-foreground": "#0a5a93",
        "footer-background": "#eceef1",
    },
)

THEMES = (DARK, LIGHT)

_BOLD = frozenset({Tone.STRONG, Tone.KEY, Tone.FAILING, Tone.DOWN})
_GREYED = frozenset({Tone.STRONG, Tone.OK, Tone.UNSURE, Tone.FAILING, Tone.DOWN, Tone.BACK})


@cache
def tones(*, dark: bool, greyed: bool, colourless: bool) -> Mapping[Tone, Style]:
    """How each tone looks on a `dark` ground or a light one; `greyed` where the picture is old; `colourless` where weight and slant are all there is.

    They are no CSS: Textual would match every rule anew for every tone of every widget, a fifth of the time to the first picture.
    """
    theme = DARK if dark else LIGHT

    def style(tone: Tone) -> Style:
        if tone is Tone.PLAIN:
            return Style()
        if tone is Tone.THEIRS:
            return Style(italic=True)
        if greyed and tone in _GREYED:
            return Style(color=theme.variables["tone-dim"])
        name = {Tone.UNKNOWN: Tone.DIM}.get(tone, tone)
        colour = theme.accent if tone is Tone.KEY else theme.variables[f"tone-{name}"]
        return Style(color=colour, bold=tone in _BOLD or None, dim=(colourless and tone is Tone.DIM) or None)

    return {tone: style(tone) for tone in Tone}


@cache
def cursor(*, dark: bool, colourless: bool) -> Style:
    """The chosen row: another ground; reverse video where there are no colours."""
    return Style(bgcolor=(DARK if dark else LIGHT).variables["chosen"], reverse=colourless or None)


def theme_for(colorfgbg: str | None) -> str:
    """The theme for a terminal that says its colours in $COLORFGBG (`15;0`: light on dark). Dark where it says nothing."""
    background = (colorfgbg or "").rpartition(";")[2]
    return LIGHT.name if background in {"7", "15"} else DARK.name
