"""A card for each page, shown where someone shares its address: the title over the page's own measured strip.

Material's social plugin loads its faces from elsewhere and needs Cairo; Pillow comes with Matplotlib.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from snippets.figures.style import EDGE, INK, INK2, PAPER, SCALE
from snippets.measurement import SCRATCH, Bad, shown, write_atomically
from snippets.weave.figures.drawing import draw_strip
from snippets.weave.figures.loading import describe_strip
from snippets.weave.numbers.book import Book
from snippets.weave.publish.outline import SITE, Entry

WIDTH, HEIGHT = 1200, 630
LEFT, RIGHT = 72, 1128
BASE, UNIT = 500, 4.4  # where the strip stands, and pixels to a unit of its height
COLUMN = re.compile(
    r'<rect x="([\d.]+)" y="(-?[\d.]+)" width="([\d.]+)" height="([\d.]+)" style="fill:([^;]+);'
)
MIX = re.compile(r"var\(--(\w+)\)(?: (\d+)%,var\(--(\w+)\))?")
MARK = (
    ("0,1 16,1 14.51,3.8 1.49,3.8", 1.0),
    ("2.08,4.9 4.68,4.9 6.07,7.5 3.47,7.5", 0.8),
    ("13.92,4.9 11.32,4.9 9.93,7.5 12.53,7.5", 0.8),
    ("4.05,8.6 6.65,8.6 8.04,11.2 5.44,11.2", 0.6),
    ("11.95,8.6 9.35,8.6 7.96,11.2 10.56,11.2", 0.6),
    ("6.03,12.3 9.97,12.3 8,16", 0.42),
)  # the logo: ∇ in strokes that fade


def path_of(uri: str) -> str:
    """Where the card of a page lies under the site."""
    return f"social/{uri.rpartition('.')[0]}.png"


def draw_picture(entry: Entry, book: Book) -> bytes:
    """The card of a page; drawn again when its words, its strip or the look changed."""
    faces = [book.docs / "assets" / "fonts" / f"WG-{name}.woff2" for name in ("Serif", "Sans")]
    look = b"".join(path.read_bytes() for path in (Path(__file__), *faces))
    strip, note = draw_strip(entry.strip, "", book), describe_strip(entry.strip, book)[1]
    state = hashlib.sha256(
        look + repr((entry.title, entry.section, strip, note)).encode()
    ).hexdigest()[:16]
    kept = SCRATCH / "social" / f"{entry.uri.replace('/', '-')}-{state}.png"
    if not kept.exists():
        write_atomically(kept, draw(entry.title, entry.section, strip, note, faces))
    return kept.read_bytes()


def draw(title: str, section: str, strip: str, note: str, faces: list[Path]) -> bytes:
    """One card as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    serif, sans = faces
    _mark(pen, LEFT, 62, 44)
    label = _face(sans, 30, 600)
    pen.text((LEFT + 62, 85), SITE, INK, label, "lm")
    pen.text((RIGHT, 85), section, INK2, _face(sans, 30), "rm")
    heading = _face(serif, 68, 600)
    for row, line in enumerate(_wrapped(title, heading)):
        pen.text((LEFT - 3, 212 + 80 * row), line, INK, heading, "ls")
    _strip(pen, strip)
    small = _face(sans, 25)
    pen.text((LEFT, BASE + 36), "input", INK2, small, "lm")
    pen.text((RIGHT, BASE + 36), "loss", INK2, small, "rm")
    for row, line in enumerate(_wrapped(note, small, RIGHT - LEFT - 200)):
        pen.text((WIDTH / 2, BASE + 36 + 34 * row), line, INK2, small, "mm")
    made = io.BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(made, "PNG")
    return made.getvalue()


@functools.cache
def _face(path: Path, size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    try:
        face = ImageFont.truetype(path, size)
    except OSError as error:
        raise Bad(
            f"{shown(path)}: Pillow can't read this font ({error}); install Pillow from its wheel, which reads WOFF2"
        ) from error
    face.set_variation_by_axes([weight])
    return face


def _wrapped(text: str, face: ImageFont.FreeTypeFont, width: float = RIGHT - LEFT) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _mark(pen: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    for corners, strength in MARK:
        places = [
            tuple(float(c) * size / 16 for c in corner.split(",")) for corner in corners.split()
        ]
        pen.polygon([(x + a, y + b) for a, b in places], _mixed(SCALE["s0"], PAPER, strength))


def _strip(pen: ImageDraw.ImageDraw, svg: str) -> None:
    """The columns of the page's strip, in the same places and colors, on their base line."""
    wide = (RIGHT - LEFT) / float(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
    for x, y, width, height, fill in COLUMN.findall(svg):
        left, top = LEFT + float(x) * wide, BASE - float(height) * UNIT
        pen.rectangle(
            (round(left), round(top), round(left + float(width) * wide) - 1, BASE), mix(fill)
        )
    pen.line((LEFT, BASE + 1, RIGHT, BASE + 1), EDGE, 2)


def mix(fill: str) -> tuple[int, ...]:
    """The color of a column; its two stops are so near that a mix in sRGB looks as the one in Oklab does."""
    first, share, second = MIX.search(fill).groups()
    return (
        _mixed(SCALE[first], SCALE.get(second, PAPER), int(share) / 100)
        if share
        else _rgb(SCALE.get(first, PAPER))
    )


def _mixed(one: str, other: str, share: float) -> tuple[int, ...]:
    return tuple(
        round(a * share + b * (1 - share)) for a, b in zip(_rgb(one), _rgb(other), strict=True)
    )


def _rgb(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color.lstrip("#")))
