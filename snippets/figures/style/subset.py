"""Cuts the site's faces out of Source Serif 4 and Source Sans 3: a rare chore, needed when a new character is wanted.

    npm pack source-serif@4.5.1 source-sans@3.52.0      and unpack each into FOLDER/serif and FOLDER/sans
    pip install fonttools brotli
    python -m snippets.figures.style.subset FOLDER

Writes docs/assets/fonts/*.woff2 for the pages and, beside this file, WG-Sans.ttf for the figures.
The Open Font License reserves the name Source for unchanged fonts; ours are called WG Serif and WG Sans.
"""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent
from fontTools.varLib import instancer

HERE = Path(__file__).resolve().parent
FONTS = HERE.parents[2] / "docs" / "assets" / "fonts"

PAIRS = 2  # the type of lookup in GPOS that adjusts pairs
ASCII = "".join(map(chr, range(0x20, 0x7F)))
MARKS = "\u00a0\u2009\u202f\u2011–—‘’“”…•·§"
SIGNS = "×÷±−≈≠≤≥∞∂∇√→←↑↓‖"
POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
INDICES = "₀₁₂₃₄₅₆₇₈₉ⁿ"
GREEK = "αβγδεηθκλμνξπρστφχψωΔΣΠΩ"
NAMES = "áàâäåãçéèêëíñóôöøúüßÅÉÖÜ"
SERIF = ASCII + MARKS + SIGNS + "∑∏½" + POWERS + INDICES + GREEK + NAMES + "†°′"
KERNED = (
    "".join(c for c in ASCII if c.isalpha()) + ".,-‘’“”"
)  # pairs of what else there is are rare, and weigh 6 kB
ITALIC = ASCII + "\u00a0–—‘’“”…×−éöü"
SANS = ASCII + MARKS + SIGNS + POWERS + "₀₁₂₃" + "éöüσφλχμρβε′"


def main(folder: Path) -> None:
    """Make the three faces for pages and the one for figures."""
    serif, sans = folder / "serif" / "package", folder / "sans" / "package"
    variable = TTFont(serif / "WOFF2" / "VAR" / "SourceSerif4Variable-Roman.ttf.woff2")
    roman = _cut(_still(variable, opsz=18, wght=(400, 600)), SERIF, "WG Serif")
    italic = _cut(TTFont(serif / "TTF" / "SourceSerif4-It.ttf"), ITALIC, "WG Serif", "Italic")
    upright = _cut(
        _still(TTFont(sans / "VF" / "SourceSans3VF-Upright.ttf"), wght=(400, 600)), SANS, "WG Sans"
    )
    for name, font in {"WG-Serif": roman, "WG-Serif-Italic": italic, "WG-Sans": upright}.items():
        _kern_less(font)
        (FONTS / f"{name}.woff2").write_bytes(_bytes(font, "woff2"))
    figures = _cut(TTFont(sans / "TTF" / "SourceSans3-Regular.ttf"), SANS, "WG Sans")
    (HERE / "WG-Sans.ttf").write_bytes(_bytes(figures, None))


def _still(font: TTFont, **limits) -> TTFont:
    """Fix or narrow the axes of a variable font."""
    narrowed = instancer.instantiateVariableFont(font, limits)
    narrowed.flavor = None
    again = TTFont(io.BytesIO(_bytes(narrowed, None)), lazy=False)
    for name in again.getGlyphOrder():
        again["gvar"].variations.setdefault(name, [])
    return again


def _cut(font: TTFont, text: str, family: str, style: str = "Regular") -> TTFont:
    """Keep the glyphs of a text, draw the few that the serif lacks, and rename the font."""
    cmap = font.getBestCmap()
    options = subset.Options()
    options.layout_features = ["kern", "liga", "lnum", *(["tnum"] if "Sans" in family else [])]
    options.drop_tables += ["BASE", "MVAR", "STAT"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.hinting = False
    options.notdef_outline = True
    have = font.getGlyphSet()
    made = {
        char: parts
        for char, parts in MADE.items()
        if char in text and ord(char) not in cmap and all(p[0] in have for p in parts[1])
    }
    for char, (width, parts) in made.items():
        _draw(font, char, width(font), parts)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    for record in list(font["name"].names):
        full, script = (
            f"{family} {style}",
            family.replace(" ", "-") + ("" if style == "Regular" else f"-{style}"),
        )
        value = {1: family, 2: style, 3: full, 4: full, 6: script}
        if record.nameID in value:
            record.string = value[record.nameID]
    missing = [c for c in text if ord(c) not in font.getBestCmap()]
    print(
        f"{family} {style}: {len(font.getBestCmap())} characters, without {' '.join(missing) or 'none missing'}"
    )
    return font


# What the serif lacks is put together from what it has: character -> (width, [(glyph, scale x, scale y, move x, move y)]).
# The superscript hyphen, stretched, is the minus of an exponent; two bars are a norm; a delta on its head is a gradient.
MADE = {
    "⁻": (lambda font: 330, [("hyphen.sups", 1.6, 1.0, -31, 22)]),
    "‖": (lambda font: 440, [("bar", 1.0, 1.0, 0, 0), ("bar", 1.0, 1.0, 149, 0)]),
    "∇": (lambda font: font["hmtx"]["Delta"][0], [("Delta", 1.0, -1.0, 0, 675)]),
    "‑": (lambda font: font["hmtx"]["hyphen"][0], [("hyphen", 1.0, 1.0, 0, 0)]),
}


def _kern_less(font: TTFont) -> None:
    """Keep the kerning between letters and the points and quotes beside them."""
    glyphs = {name for code, name in font.getBestCmap().items() if chr(code) in KERNED}
    tables = [
        getattr(table, "ExtSubTable", table)
        for lookup in font["GPOS"].table.LookupList.Lookup
        for table in lookup.SubTable
    ]
    for pairs in (table for table in tables if table.LookupType == PAIRS):
        pairs.subset_glyphs(SimpleNamespace(glyphs=glyphs))


def _draw(font: TTFont, char: str, width: int, parts: list) -> None:
    name = f"uni{ord(char):04X}"
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for base, scale_x, scale_y, x, y in parts:
        part = GlyphComponent()
        part.glyphName, part.x, part.y, part.flags = base, x, y, 0x0002
        if (scale_x, scale_y) != (1.0, 1.0):
            part.transform = [[scale_x, 0], [0, scale_y]]
        glyph.components.append(part)
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, glyph.xMin)
    if "gvar" in font:
        font["gvar"].variations[name] = []
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord(char)] = name


def _bytes(font: TTFont, flavor: str | None) -> bytes:
    font.flavor = flavor
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
