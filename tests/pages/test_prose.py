"""Pages for readers: short sentences, and a table of contents where there is much to read."""

import re

import pytest

from snippets.measurement import ROOT
from snippets.weave.numbers.book import load, strip_marks
from snippets.weave.numbers.marks import read_front_matter
from snippets.weave.pages.weaving import list_pages, weave

PAGES = [p for p in list_pages(ROOT) if p.name != "README.md"]
LONG = 1800


def sentences(path) -> list[str]:
    """The sentences of a page's own paragraphs: no tables, lists, headings, code or generated parts."""
    woven = weave(path, path.read_text(encoding="utf-8"), load(ROOT))
    paragraphs = re.split(r"\n\s*\n", "\n".join(line.strip() for _, line in woven.prose))
    found = []
    for paragraph in paragraphs:
        if re.match(r"[|#<!{\[:-]|\d+\.|\?\?\?|\$\$", paragraph) or "|" in paragraph:
            continue
        text = re.sub(r"\$[^$]*\$|`[^`]*`", "x", strip_marks(paragraph))
        text = re.sub(r"\([^)]*\)", "", text)
        found += [s for s in re.split(r"(?<=[.!?])[”’*_)]*\s+", text) if len(s.split()) > 1]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_sentences_are_short(path):
    lengths = [len(s.split()) for s in sentences(path)]
    assert not lengths or sum(lengths) / len(lengths) < 20


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_long_pages_have_a_table_of_contents(path):
    text = path.read_text(encoding="utf-8")
    hidden = "toc" in read_front_matter(text).get("hide", [])
    assert not hidden or sum(len(s.split()) for s in sentences(path)) <= LONG


INDEXED = re.compile(r"(?<!\w)[^\W\d_]_\w")  # h_T; in code and formulas it is no fault


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_indices_are_lowered(path):
    text = re.sub(
        r"\A---.*?\n---\n|^```.*?^ *```|\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`|<[^>]*>|\]\([^)]*\)|!\[[^\]]*\]",
        "",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    assert INDEXED.findall(text) == []


# ---------- the glossary, linked where a page first uses a term ----------

TERMS = [
    "backpropagation",
    "batch normalization",
    "chain rule",
    "dead unit",
    "degradation",
    "depth scale",
    "dynamical isometry",
    "edge of chaos",
    "fan-in",
    "forget gate",
    "He initialization",
    "Jacobian",
    "layer normalization",
    "loss scaling",
    "mean-field theory",
    "orthogonal initialization",
    "pre-activation",
    "residual block",
    "saturated unit",
    "scaled skip",
    "shattered gradients",
    "signal",
    "singular value",
    "spectral radius",
    "subnormal",
    "update-to-weight ratio",
    "warm-up",
    "weight gradient",
    "Xavier initialization",
]
LINKING = [p for p in PAGES if p.parent.name in ("understand", "fix", "diagnose")]
REGION = re.compile(
    r"<!-- (block|figure|table|strip|number|guide|ends)\b.*?<!-- /\1 -->", re.DOTALL
)
APART = re.compile(
    r"\A---.*?\n---\n|^```.*?^ *```|^#.*?$|^\|.*?$|^\{.*?$|\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`|<[^>]*>|^ *(?:!!!|\?\?\?).*?$",
    re.DOTALL | re.MULTILINE,
)
LEAD = re.compile(r"^.*\n\{\.lead\}$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")


def anchor(term: str) -> str:
    """The glossary's anchor of a term."""
    return re.sub(r"\s+", "-", term.lower())


def first_uses(text: str) -> dict[str, tuple[int, int, bool]]:
    """For each term that a page uses in running text: where it first stands, outside other links, and whether it is linked there."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())

    body = text
    for pattern in (REGION, LEAD, APART):
        body = pattern.sub(blank, body)
    found = {}
    for term in TERMS:
        linked = re.search(rf"\[[^\]]*\]\([./\w-]*glossary\.md#{re.escape(anchor(term))}\)", body)
        free = re.search(
            rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", LINK.sub(blank, body), re.IGNORECASE
        )
        if linked and (not free or linked.start() < free.start()):
            found[term] = (*linked.span(), True)
        elif free:
            found[term] = (*free.span(), False)
    return found


@pytest.mark.parametrize("path", LINKING, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_terms_are_linked_where_they_are_first_used(path):
    text = path.read_text(encoding="utf-8")
    missing = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, start) + 1}: link `{term}` to ../reference/glossary.md#{anchor(term)}"
        for term, (start, _, linked) in first_uses(text).items()
        if not linked
    ]
    assert missing == []


def test_every_linked_term_is_in_the_glossary():
    glossary = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8").lower()
    assert [term for term in TERMS if f"\n### {term.lower()}" not in glossary] == []
