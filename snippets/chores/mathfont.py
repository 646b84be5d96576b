"""A rare chore: subset Latin Modern Math to what formulas need. python -m snippets.chores.mathfont latinmodern-math.otf

Needs the package `brotli` besides the building list. The license asks that a changed font be renamed: ours is WG Math.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from snippets.measurement import ROOT

TARGET = ROOT / "docs" / "assets" / "fonts" / "WG-Math.woff2"
SIGNS = "−×·⋅𝜕±∂∇∏∑∫√∞≈≠≤≥∼≪∈∝→←⊤⊙∘…⋯′″‖|⟨⟩⌊⌋𝔼ℝ¯ˆ"
GREEK = "ΓΔΘΛΣΦΨΩαβγδεζηθικλμνξπρσςτφϕχψωϵ"


def italic(character: str) -> str:
    """The mathematical italic that a browser shows for a lone letter in <mi>."""
    code = ord(character)
    if character == "h":
        return "ℎ"
    if "A" <= character <= "Z":
        return chr(0x1D434 + code - ord("A"))
    if "a" <= character <= "z":
        return chr(0x1D44E + code - ord("a"))
    if "Α" <= character <= "Ω":
        return chr(0x1D6E2 + code - ord("Α"))
    if "α" <= character <= "ω":
        return chr(0x1D6FC + code - ord("α"))
    return {"ϵ": "𝜖", "ϑ": "𝜗", "ϕ": "𝜙", "ϱ": "𝜚", "ϖ": "𝜛", "∂": "𝜕"}.get(character, character)


def characters() -> str:
    """Printable ASCII, the Greek and signs in use, and the italics of all letters."""
    upright = "".join(map(chr, range(0x20, 0x7F))) + SIGNS + GREEK
    return upright + "".join(italic(c) for c in upright if c.isalpha())


def make(source: Path, target: Path = TARGET) -> int:
    """Write the subset and return its size in bytes."""
    font = TTFont(source)
    options = subset.Options()
    options.flavor, options.hinting, options.layout_features, options.drop_tables = (
        "woff2",
        False,
        [],
        ["FFTM", "DSIG", "GPOS", "GSUB"],
    )
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters())
    subsetter.subset(font)
    for record in list(font["name"].names):
        name = {1: "WG Math", 3: "WG-Math", 4: "WG Math", 6: "WG-Math"}.get(record.nameID)
        if name:
            font["name"].setName(
                name, record.nameID, record.platformID, record.platEncID, record.langID
            )
    font.flavor = "woff2"
    font.save(target)
    return target.stat().st_size


if __name__ == "__main__":
    print(f"{TARGET.relative_to(ROOT)}: {make(Path(sys.argv[1]))} bytes")
