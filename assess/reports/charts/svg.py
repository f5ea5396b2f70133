"""A writer of the little SVG that WeasyPrint draws well (R-29): few elements, presentation attributes, two decimals.

Elements are built by functions of the same name; anything outside the allowed set raises at once. All text and every
attribute is escaped here, so that a finished drawing may stand in a page as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from markupsafe import Markup, escape

from assess.reports.charts import tokens
from assess.reports.charts.fonts import Face

ALLOWED: Final = frozenset({
    "svg", "title", "g", "line", "rect", "circle", "path", "polyline", "polygon", "text", "tspan", "defs", "pattern",
    "clipPath",
})  # fmt: skip
FACES: Final[dict[Face, dict[str, str]]] = {
    "regular": {"font-family": tokens.SANS},
    "bold": {"font-family": tokens.SANS, "font-weight": "700"},
    "italic": {"font-family": tokens.SANS, "font-style": "italic"},
    "serif": {"font-family": tokens.SERIF, "font-weight": "700"},
}

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One SVG element, its attributes in the order they are written."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element | str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an element WeasyPrint is known to draw wrongly, and styles, which belong to attributes (R-29)."""
        if self.tag not in ALLOWED:
            raise ValueError(f"<{self.tag}> is not among the elements a chart may use")
        for name, _ in self.attributes:
            if name == "style" or name.startswith("on") or "href" in name:
                raise ValueError(f"{name} is not an attribute a chart may use")

    def markup(self) -> Markup:
        """Return the element as escaped text."""
        written = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in self.attributes)
        inner = Markup("").join(c.markup() if isinstance(c, Element) else escape(c) for c in self.children)
        return Markup("<{0}{1}>{2}</{0}>").format(self.tag, written, inner)


def coordinate(value: float) -> str:
    """Return a coordinate with at most two decimals and no negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(tag: str, *children: Element | str, **attributes: str | float | None) -> Element:
    """Return an element; underscores in attribute names become hyphens, None leaves an attribute out."""
    named = tuple(
        (name.rstrip("_").replace("_", "-"), value if isinstance(value, str) else coordinate(value))
        for name, value in attributes.items()
        if value is not None
    )
    return Element(tag=tag, attributes=named, children=children)


def group(children: Iterable[Element], **attributes: str | float | None) -> Element:
    """Return a `<g>` of elements."""
    return element("g", *children, **attributes)


def line(
    x1: float, y1: float, x2: float, y2: float, *, stroke: str, width: float = 1, dashes: str | None = None
) -> Element:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dashes)


def rect(
    x: float,
    y: float,
    w: float,
    h: float,
    *,
    fill: str = "none",
    stroke: str | None = None,
    width: float | None = None,
    dashes: str | None = None,
) -> Element:
    """Return a rectangle."""
    return element(
        "rect", x=x, y=y, width=w, height=h, fill=fill, stroke=stroke, stroke_width=width, stroke_dasharray=dashes
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = tokens.SMALL,
    face: Face = "regular",
    fill: str = tokens.INK,
    anchor: Anchor = "start",
) -> Element:
    """Return a line of text on its baseline; nothing under nine units is written (R-23)."""
    if size < tokens.SMALL:
        raise ValueError(f"text of {size} units is too small to print")
    attributes = (
        ("x", coordinate(x)),
        ("y", coordinate(y)),
        ("font-size", coordinate(size)),
        *FACES[face].items(),
        ("fill", fill),
        *((("text-anchor", anchor),) if anchor != "start" else ()),
    )
    return Element(tag="text", attributes=attributes, children=(words,))


def polygon(points: Iterable[tuple[float, float]], *, fill: str, **attributes: str | float | None) -> Element:
    """Return a closed shape."""
    return element("polygon", points=_points(points), fill=fill, **attributes)


def polyline(points: Iterable[tuple[float, float]], *, stroke: str, **attributes: str | float | None) -> Element:
    """Return an open line through points."""
    return element("polyline", points=_points(points), fill="none", stroke=stroke, **attributes)


def drawing(w: float, h: float, alt: str, children: Iterable[Element]) -> Markup:
    """Return a whole `<svg>` whose first child is its `<title>`, the words read instead of it (R-29)."""
    root = Element(
        tag="svg",
        attributes=(
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("viewBox", f"0 0 {coordinate(w)} {coordinate(h)}"),
            ("width", coordinate(w)),
            ("height", coordinate(h)),
            ("class", "chart"),
        ),
        children=(Element(tag="title", children=(alt,)), *children),
    )
    return root.markup()


def place(value: str | float) -> float:
    """Return a printed number as a coordinate's argument: charts draw what is printed (R-22)."""
    return float(Decimal(str(value)))


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points)
