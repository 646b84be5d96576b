"""The picture that opens the README: what is left of the signal in four nets, as the home page shows it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from snippets.figures.style import INK, INK2, PAPER
from snippets.weave.figures.drawing import draw_strip
from snippets.weave.numbers.book import Book
from snippets.weave.publish.social import COLUMN, mix

PATH = Path("docs/assets/images/four-nets.svg")
NETS = {
    "Sigmoid": "deep_stack.sigmoid.default.signal",
    "ReLU": "deep_stack.relu.default.signal",
    "ReLU, He's weights": "deep_stack.relu.he.signal",
    "ReLU with skips": "deep_stack.residual.default.signal",
}
WIDTH, ROW, TOP = 860, 56, 52
LEFT, RIGHT = 205, 700  # of the strips
FACE = 'font-family="system-ui, sans-serif"'


def draw(book: Book) -> str:
    """The picture as SVG in colors of its own, so that it reads the same on any page."""
    rows = [_row(at, name, key, book) for at, (name, key) in enumerate(NETS.items())]
    height = TOP + ROW * len(NETS)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(describe(book))}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
            f'<g {FACE} font-size="15" fill="{INK2}"><text x="{LEFT}" y="30">first layer</text>',
            f'<text x="{RIGHT}" y="30" text-anchor="end">loss</text><text x="{RIGHT + 24}" y="30">what arrives</text></g>',
            *rows,
            "</svg>",
            "",
        ]
    )


def is_current(root: Path, picture: str) -> bool:
    """Whether the file is there and holds this picture."""
    path = root / PATH
    return path.exists() and path.read_text(encoding="utf-8") == picture


def describe(book: Book) -> str:
    """The picture in words."""
    said = "; ".join(f"{name}: {book.number(key).text}" for name, key in NETS.items())
    return f"What reaches the first of thirty layers of the signal that starts at the loss. {said}."


def _row(at: int, name: str, key: str, book: Book) -> str:
    base = TOP + ROW * (at + 1) - 16
    strip = draw_strip(f"{key}_profile", "", book)
    wide = (RIGHT - LEFT) / (10 * strip.count("<rect"))
    columns = "".join(
        f'<rect x="{LEFT + float(x) * wide:.1f}" y="{base - float(height):.1f}" width="{float(width) * wide:.1f}" '
        f'height="{float(height):.1f}" fill="#{bytes(mix(fill)).hex()}"/>'
        for x, _, width, height, fill in COLUMN.findall(strip)
    )
    return (
        f'<g {FACE} font-size="19" fill="{INK}"><text x="24" y="{base - 3}">{escape(name)}</text>{columns}'
        f'<text x="{RIGHT + 24}" y="{base - 3}">{book.number(key).text}</text></g>'
    )
