"""Code blocks as few elements: tokens of one color share one span, and those in the color of the text need none.

Half of a page's elements were such spans, and the browser styles each one several times before a page stands.
"""

from __future__ import annotations

import re

BLOCK = re.compile(r'(<div class="(?:[\w-]+ )?highlight")(><pre>)(.*?)(</pre>)', re.DOTALL)
PIECE = re.compile(r'<span class="(\w+)">([^<]*)</span>|(<[^>]*>)|([^<]+)')
PLAIN = "plain"
# what the style sheets give the same color; a class that is not listed keeps its own span
COLOR = {
    **dict.fromkeys(("n", "w", "sa", "nx", "nv", "na", "vm", "fm", "kc", "vc", "vg", "vi"), PLAIN),
    **dict.fromkeys(("p", "o", "ow"), "p"),
    **dict.fromkeys(("s", "s1", "s2", "si", "sb"), "s2"),
    **dict.fromkeys(("mi", "mf", "mh", "il"), "mi"),
    **dict.fromkeys(("k", "kd", "kn", "kr"), "k"),
    **dict.fromkeys(("nf", "nc", "nn", "ne"), "nf"),
    **dict.fromkeys(("nb", "bp", "no"), "nb"),
    **dict.fromkeys(("c1", "c", "ch", "cm", "cs", "sd"), "c1"),
}


def merge_spans(html: str) -> str:
    """Every code block of a page with fewer spans, and with how many lines it has, so that the style sheet can keep its room."""
    return BLOCK.sub(
        lambda m: f'{m[1]} style="--lines:{m[3].count(chr(10))}"{m[2]}{_merged(m[3])}{m[4]}', html
    )


def _merged(code: str) -> str:
    runs: list[
        list[str]
    ] = []  # color and text; a space takes the color before it when the same color follows
    for color, token, tag, text in PIECE.findall(code):
        kind = tag or COLOR.get(color, color) or PLAIN
        words = "" if tag else token or text
        blank = (
            len(runs) > 1
            and runs[-1][0] == PLAIN
            and runs[-1][1].isspace()
            and "\n" not in runs[-1][1]
        )
        if blank and runs[-2][0] == kind and not tag:
            runs[-2][1] += runs.pop()[1] + words
        elif runs and runs[-1][0] == kind and not tag:
            runs[-1][1] += words
        else:
            runs.append([kind, words])
    return "".join(_run(kind, words) for kind, words in runs)


def _run(kind: str, words: str) -> str:
    if kind.startswith("<"):
        return kind
    return words if kind == PLAIN else f'<span class="{kind}">{words}</span>'
