"""Figures and strips are drawn the same each time, small, in the site's colors, and redrawn only when they must be."""

import gzip
import html
import re
import xml.etree.ElementTree as ET

import pytest

from snippets.measurement import ROOT
from snippets.weave.figures import drawing
from snippets.weave.figures.loading import load_figure
from snippets.weave.figures.thinning import thin
from snippets.weave.numbers.book import get_loaded
from tests.conftest import run_in

FIGURES = sorted(p.stem for p in (ROOT / "snippets" / "figures").glob("[!_]*.py"))
STRIPS = sorted(
    {
        m
        for p in (ROOT / "docs").rglob("*.md")
        for m in re.findall(r"strips/([\w.]+)\.svg", p.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize(
    "name, kind",
    [(name, kind) for i, name in enumerate(FIGURES) for kind in ("inline", ("svg", "png")[i % 2])],
)
def test_the_same_bytes_every_time(site, name, kind, caplog):
    """What the build drew in its own process, drawn again in this one, without a word from Matplotlib, such as on a missing font.

    Every figure for the page, and every other one for either kind of download: they come from the same drawing, as paths.
    """
    kept = drawing.draw_figure(name, kind, get_loaded(ROOT))
    assert kept == drawing._draw(name, kind, load_figure(name, get_loaded(ROOT)), get_loaded(ROOT))
    assert caplog.messages == []


@pytest.mark.parametrize("name", FIGURES)
def test_small_and_in_the_colors_of_both_schemes(name):
    svg = drawing.draw_figure(name, "inline", get_loaded(ROOT))
    assert len(gzip.compress(svg)) <= 15_000
    assert not re.search(rb"style=|#[0-9a-f]{6}|rgb\(", svg, re.IGNORECASE)
    classes = set(
        re.findall(r"[fs]-[\w-]+", " ".join(e.get("class", "") for e in ET.fromstring(svg).iter()))
    )
    style = (ROOT / "docs/assets/stylesheets/site.css").read_text(encoding="utf-8")
    assert classes and all(f".{name}" in style for name in classes), classes


@pytest.mark.parametrize("name", FIGURES)
def test_real_text_that_the_font_can_show(name):
    from fontTools.ttLib import TTFont

    words = "".join(
        e.text or ""
        for e in ET.fromstring(drawing.draw_figure(name, "inline", get_loaded(ROOT))).iter(
            "{http://www.w3.org/2000/svg}text"
        )
    )
    assert "_" not in words, "an index stands lowered, or is a word"
    assert words and not set(words) - set(
        map(chr, TTFont(ROOT / "docs/assets/fonts/WG-Sans.woff2").getBestCmap())
    )


@pytest.mark.parametrize("name", FIGURES)
def test_one_common_size(name):
    root = ET.fromstring(drawing.draw_figure(name, "inline", get_loaded(ROOT)))
    assert root.get("viewBox") == "0 0 331.2 216"


@pytest.mark.parametrize("name", FIGURES)
def test_says_what_it_shows(name):
    module = load_figure(name, get_loaded(ROOT))
    assert len(module.TITLE) > 20 and len(module.ALT) > 60 and module.SUB and module.__doc__


@pytest.mark.parametrize("name", FIGURES)
def test_the_data_can_be_taken_away(name):
    lines = drawing.draw_figure(name, "csv", get_loaded(ROOT)).decode().splitlines()
    assert len(lines) > 3, (
        f"snippets/figures/{name}.py: data() gives {len(lines) - 1} rows; expected three or more"
    )
    assert len({line.count(",") for line in lines if '"' not in line}) == 1


def test_redrawn_when_results_change_and_only_then(checkout):
    script = (
        "from snippets.weave.figures import drawing; from snippets.weave.numbers.book import load\n"
        "from snippets.measurement import ROOT\n"
        "drawing.draw_figure('deep_stack', 'csv', load(ROOT)); print(len(list((ROOT / '.cache/figures').glob('*.csv'))))"
    )
    (checkout / "draw.py").write_text(script)
    assert [run_in(checkout, "draw").stdout.strip() for _ in range(2)] == ["1", "1"]
    with (checkout / "snippets/figures/deep_stack.py").open("a") as file:
        file.write("\n# changed\n")
    assert run_in(checkout, "draw").stdout.strip() == "2"


def test_many_drawn_at_once_are_those_drawn_one_by_one(checkout):
    script = (
        "from snippets.weave.figures import drawing; from snippets.weave.numbers.book import load\n"
        "from snippets.measurement import ROOT\n"
        "if __name__ == '__main__':\n"
        f"    drawing.draw_changed({FIGURES[:4]}, load(ROOT))\n"
        "    print(*sorted(p.name for p in (ROOT / '.cache/figures').iterdir()))"
    )
    (checkout / "draw.py").write_text(script)
    drawn = run_in(checkout, "draw").stdout.split()
    assert len(drawn) == 16
    for name in FIGURES[:4]:
        for kind in drawing.KINDS:
            kept = [p for p in drawn if p.startswith(f"{name}-") and p.endswith(f".{kind}")]
            again = drawing.draw_figure(name, kind, get_loaded(ROOT))
            assert len(kept) == 1 and (checkout / ".cache/figures" / kept[0]).read_bytes() == again


def test_a_color_that_is_not_the_sites_is_refused(checkout):
    path = checkout / "snippets/figures/deep_stack.py"
    path.write_text(path.read_text().replace("color=COLORS[net]", 'color="#123456"'))
    (checkout / "draw.py").write_text(
        "from snippets.weave.figures import drawing; from snippets.weave.numbers.book import load\n"
        "from snippets.measurement import ROOT; drawing.draw_figure('deep_stack', 'inline', load(ROOT))"
    )
    assert (
        "snippets/figures/deep_stack.py:1: draws in #123456, none of the site's colors"
        in run_in(checkout, "draw").stderr
    )


@pytest.mark.parametrize("key", STRIPS)
def test_a_strip_has_one_column_a_layer(key):
    svg = ET.fromstring(drawing.draw_strip(key, "x", get_loaded(ROOT)))
    source, _, name = key.partition(".")
    assert len(svg.findall(".//rect")) == len(
        get_loaded(ROOT).results[source].measurements[name].value
    )


@pytest.mark.parametrize(
    "decades, share, height, color",
    [
        (0, 1.0, 20, "var(--s0)"),
        (-6, 0.58, 20, "var(--v3)"),
        (-12, 0.16, 20, "var(--v6)"),
        (-40, 0.16, 20, "var(--v6)"),
        (-1, 0.93, 20, "color-mix(in oklab,var(--s0) 50%,var(--v1))"),
        (5, 1.0, 40, "var(--f5)"),
        (9, 1.0, 40, "var(--f6)"),
    ],
)
def test_a_column_shows_its_signal(decades, share, height, color):
    assert drawing._column(decades) == (pytest.approx(share), pytest.approx(height), color)


@pytest.mark.parametrize("name", FIGURES)
def test_whatever_a_drawing_refers_to_is_in_it(name):
    for kind in ("inline", "svg"):
        svg = drawing.draw_figure(name, kind, get_loaded(ROOT)).decode()
        there, meant = (
            re.findall(r'\sid="([^"]+)"', svg),
            re.findall(r'(?:href="|url\()#([^")]+)', svg),
        )
        assert len(there) == len(set(there)) and set(meant) <= set(there)


MATPLOTLIB = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><defs><clipPath id="c"/></defs>
<g><path fill="none" d="M 0 0 L 9 0"/><g class="x"><path class="s-ink" fill="none" d="M 1 1 L 2 2"/></g></g>
<g clip-path="url(#c)"><path class="s-a" d="M 3 3 L 4 4"/></g>
<g clip-path="url(#c)"><use xlink:href="#t" x="1" y="2"/><use xlink:href="#t" x="3" y="2"/></g>
<g><defs><path id="t" d="M 0 0 L 0 3.5"/></defs><g><use xlink:href="#t" x="10" y="20" class="s-ink"/></g>
<g><use xlink:href="#t" x="11" y="20" class="s-ink"/></g><g><use xlink:href="#t" x="12" y="20" class="s-red"/></g></g>
<g><defs><path id="d" d="M 0 -1 L 1 1 L -1 1 z"/></defs><use xlink:href="#d" x="5" y="6" class="f-a"/></g>
<g><defs><path id="o" d="M 0 3 C 1 1 2 2 3 0 z"/></defs><use xlink:href="#o" x="5" y="6"/><use xlink:href="#o" x="7" y="6"/></g>
<text transform="rotate(-0 1 2)">one</text><text transform="rotate(-90 1 2)">two</text></svg>"""


def test_slim_is_the_same_picture_in_fewer_elements():
    """Frames without a line and groups without a word go; a mark used once and ticks in a row are paths; a marker used twice stays."""
    root = ET.fromstring(MATPLOTLIB)
    thin(root)
    bare = lambda word: word.rpartition("}")[2]  # noqa: E731
    plain = lambda data: re.sub(r"\d+\.\d{6}", lambda m: f"{float(m[0]):g}", data)  # noqa: E731
    drawn = [
        (bare(e.tag), *sorted(f"{bare(k)}={plain(v)}" for k, v in e.attrib.items()))
        for e in root.iter()
    ][1:]
    assert drawn == [
        ("defs",),
        ("clipPath", "id=c"),
        ("g", "class=x"),
        ("path", "class=s-ink", "d=M 1 1 L 2 2", "fill=none"),
        ("path", "class=s-a", "clip-path=url(#c)", "d=M 3 3 L 4 4"),
        ("path", "clip-path=url(#c)", "d=M 1 2 L 1 5.5 M 3 2 L 3 5.5"),
        ("path", "class=s-ink", "d=M 10 20 L 10 23.5 M 11 20 L 11 23.5"),
        ("path", "class=s-red", "d=M 12 20 L 12 23.5"),
        ("path", "class=f-a", "d=M 5 5 L 6 7 L 4 7 z"),
        ("defs",),
        ("path", "d=M 0 3 C 1 1 2 2 3 0 z", "id=o"),
        ("use", "href=#o", "x=5", "y=6"),
        ("use", "href=#o", "x=7", "y=6"),
        ("text",),
        ("text", "transform=rotate(-90 1 2)"),
    ]


def test_every_glyph_of_every_formula_is_in_the_font():
    from fontTools.ttLib import TTFont
    from math_core import LatexToMathML

    from snippets.chores.mathfont import italic
    from snippets.weave.check.numerals import find_formulas
    from snippets.weave.pages.weaving import list_pages

    shown = set()
    for page in list_pages(ROOT):
        for _, latex, display in find_formulas(page.read_text(encoding="utf-8")):
            made = LatexToMathML().convert_with_local_state(latex, displaystyle=display)
            made = re.sub(r"&(?!lt;|gt;|amp;|quot;)\w+;", lambda m: html.unescape(m.group()), made)
            for element in ET.fromstring(made).iter():
                alone = (
                    element.tag.endswith("mi")
                    and len(element.text or "") == 1
                    and element.get("mathvariant") != "normal"
                )
                shown |= set(italic(element.text) if alone else (element.text or ""))
    have = set(map(chr, TTFont(ROOT / "docs/assets/fonts/WG-Math.woff2").getBestCmap()))
    assert (
        shown
        and not {c for c in shown if not c.isspace() and c not in "\u2061\u2062\u2063\u2064"} - have
    )
    assert (ROOT / "docs/assets/fonts/WG-Math.woff2").stat().st_size <= 40_000
