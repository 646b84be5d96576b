"""make check passes here, and each thing it guards fails when it is broken once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snippets.measurement import ROOT
from snippets.weave.check.checking import check
from snippets.weave.check.numerals import find_numerals
from tests.conftest import listing, run_in

PAGE = "docs/understand/index.md"

NUMERALS = [
    ("a factor of 1, and 0.25²⁰ at most", ["1", "0.25²⁰"]),
    ("1.4 × 10⁻²⁶ and −2.5 and 12%", ["1.4", "10⁻²⁶", "−2.5", "12%"]),
    ("the 5–95 % band, (2) and 3,325.", ["5–95", "2", "3,325"]),
    (
        "float32, ResNet-152, 30-layer nets, h₁, 1990s, the 5th",
        ["float32", "ResNet-152", "30-layer", "h₁", "1990s", "5th"],
    ),
    ("`norm() == 0.0` and ``x = 1``", ["0.0", "1"]),
    ("1. first of a list", []),
    ("- 3 things", ["3"]),
    ('<data value="deep_stack.depth">30</data> layers', []),
    (
        '<data value="deep_stack.share">30</data> % or <data value="deep_stack.share">30</data>%',
        ["%", "%"],
    ),
    ("[He et al. 2015](../reference/references.md#he2015) and [link 2](x.md)", ["2"]),
    (
        "[a paper](https://doi.org/10.1109/5.771) at 127.0.0.1:8000",
        ["10.1109", "5.771", "127.0.0.1", "8000"],
    ),
    (
        r"$\sigma' \le 0.25$ and $W_{l+1} x^2$ and $p \approx 3 \times 10^{-4}$",
        ["0.25", "+", "1", "2", "3", "10", "-", "4"],
    ),
    ("**4** and *5*; “6”", ["4", "5", "6"]),
    ("a half ½ and 2/3", ["½", "2", "3"]),
    ('<span data-x="7">seven</span>', []),
]


@pytest.mark.parametrize("text, found", NUMERALS, ids=[t[:24] for t, _ in NUMERALS])
def test_numerals_of_a_line(text, found):
    assert sorted(find_numerals(text)) == sorted(found)


@given(
    st.decimals(0, 10**6, places=3),
    st.sampled_from(["{} layers", "about {}.", "({})", "it is {}, then", "**{}**"]),
)
def test_no_plain_number_escapes(number, sentence):
    assert find_numerals(sentence.format(number)) == [str(number)]


def test_this_checkout_is_in_order():
    assert [str(f) for f in check(ROOT)] == []


def edit(path, old: str, new: str) -> int:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def fails(faults):
    """A function that asserts that `make check` says these things."""

    def told(*messages: str) -> None:
        said = faults()
        assert all(re.search(message, said, re.MULTILINE) for message in messages), said

    return told


def test_the_command_prints_every_fault_fails_and_writes_nothing(checkout, faults):
    edit(checkout / PAGE, "range(30)", "range(31)")
    edit(checkout / "docs/index.md", "title: ", "title: 7 ways to ")
    before = listing(checkout)
    done = run_in(checkout, "snippets.weave", "--check")
    assert done.returncode == 1 and done.stderr.splitlines() == faults().splitlines(), done.stderr
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} >= {PAGE, "docs/index.md"}
    assert listing(checkout) == before


def test_a_digit_of_a_quoted_number(checkout, fails):
    line = edit(checkout / PAGE, 'value="deep_stack.deep">100<', 'value="deep_stack.deep">101<')
    fails(rf"^{PAGE}:{line}: this generated part is out of date or was edited by hand")


def test_a_digit_of_a_shown_output(checkout, fails):
    line = edit(checkout / PAGE, "1.7e-13", "1.8e-13")
    fails(rf"^{PAGE}:{line}: this generated part is out of date")


def test_a_digit_of_shown_code(checkout, fails):
    line = edit(checkout / PAGE, "range(30)", "range(31)")
    fails(rf"^{PAGE}:{line}: this generated part is out of date")


def test_a_digit_of_a_result(checkout, fails):
    edit(checkout / "snippets/results/deep_stack.json", '"value": 64', '"value": 65')
    fails(r"^snippets/results/deep_stack\.json:1: the seal does not match")


def test_a_digit_of_a_recorded_output(checkout, fails):
    edit(checkout / "snippets/results/blocks/understand/usual_demo.json", "1.7e-13", "1.8e-13")
    fails(r"usual_demo\.json:1: the seal does not match")


def test_a_numeral_of_a_title_and_titles_and_descriptions_of_another_length(checkout, fails):
    edit(checkout / "docs/understand/exploding.md", "title: ", "title: 7 ways to ")
    wrong = {
        "index.md": ("title", "t" * 61, "the title has 61 characters; expected 1 to 60"),
        "fix/index.md": (
            "description",
            "d" * 109,
            "the description has 109 characters; expected 110 to 160",
        ),
        "diagnose/index.md": (
            "description",
            "d" * 161,
            "the description has 161 characters; expected 110 to 160",
        ),
    }
    for file, (name, text, _) in wrong.items():
        page = checkout / "docs" / file
        page.write_text(
            re.sub(
                rf"^{name}: .*$",
                f"{name}: {text}",
                page.read_text(encoding="utf-8"),
                flags=re.MULTILINE,
            ),
            encoding="utf-8",
        )
    fails(
        r"^docs/understand/exploding\.md:1: the title holds the numeral 7",
        *(rf"^docs/{file}:1: {said}" for file, (_, _, said) in wrong.items()),
    )


def add(path, lines: str) -> int:
    """Write something at the end of a page; returns the number of its first line."""
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{lines}\n", encoding="utf-8")
    return text.count("\n") + 2


LINKS = {
    "[x](nowhere.md)": "leads nowhere: there is no nowhere.md",
    "[x](#no-such-heading)": "no such heading",
    "[x](../figures/none.svg)": "leads nowhere",
    "[x](../code/weave/checks.py)": "leads nowhere",
    "[x](../code/recipes/__init__.py)": "leads nowhere",
    "[x](../claims.yml)": r"leads nowhere: \.\./claims\.yml is not published",
    "[x](../../README.md)": r"leads nowhere: \.\./\.\./README\.md is not published",
    "[x](../robots.txt)": "leads nowhere",
}
FENCES = ['```python title="x"', "```py", "~~~python", "```sh", "```bash", "``` {.python}", "```"]


def test_a_bad_formula_broken_links_fences_that_nobody_runs_and_a_mark_that_skips_a_block(
    checkout, fails
):
    page = checkout / PAGE
    formula = add(page, "Here $\\sgima$ fails.")
    link = add(page, "\n".join(LINKS))
    fence = add(page, "\n".join(f"{fence}\nprint(1)\n{fence[:3]}\n" for fence in FENCES))
    mark = add(page, "<!--pytest.mark.skip-->")
    fails(
        rf"^{PAGE}:{formula}: the formula `\\sgima` does not convert: Unknown command",
        *(
            rf"^{PAGE}:{line}: the link .*{message}"
            for line, message in enumerate(LINKS.values(), link)
        ),
        *(
            rf"^{PAGE}:{fence + 4 * number}: nobody runs a fence opened as"
            for number in range(len(FENCES))
        ),
        rf"^{PAGE}:{mark}: .*would keep a block from being run",
    )


def test_a_typed_numeral(checkout, fails):
    line = add(checkout / PAGE, "It shrinks by 4711 in all.")
    fails(
        rf"^{PAGE}:{line}: the numeral 4711: 1 on the page, 0 given",
        r"if each is right as typed, the line is: given: \{.*\"4711\": 1",
    )


def test_a_constant_of_a_block_what_is_left_over_and_results_that_only_an_example_quotes(
    checkout, fails
):
    for path in ("snippets/experiments/deep_stack.py", "snippets/results/deep_stack.json"):
        copy = checkout / path.replace("deep_stack", "idle")
        copy.write_text((checkout / path).read_text(encoding="utf-8"), encoding="utf-8")
    add(checkout / PAGE, '```html\n<data value="idle.seeds"></data>\n```')
    edit(checkout / "snippets/blocks/understand/usual_demo.py", "range(30)", "range(31)")
    left = {
        "snippets/blocks/understand/orphan.py": "no page shows this block",
        "snippets/tables/orphan.py": "no page shows this table",
        "snippets/recipes/orphan.py": "no page mentions this recipe",
        "snippets/experiments/orphan.py": "never measured",
        "docs/orphan.md": "the page is in no nav",
    }
    for path in left:
        text = (
            'RESULTS = ()\nprint("x")\n'
            if path.endswith(".py")
            else "---\ntitle: x\ndescription: x\n---\n# x\n"
        )
        (checkout / path).write_text(text)
    fails(
        r"^snippets/results/idle\.json:1: no page quotes and no figure draws these results",
        r"block `understand/usual_demo` changed since it was run",
        *(rf"^{path}:1: {message}" for path, message in left.items()),
    )


def test_a_figure_that_no_page_shows(checkout):
    """Its script is imported, so the copy's own process must do it."""
    (checkout / "snippets/figures/orphan.py").write_text("RESULTS = ()\n")
    assert (
        "snippets/figures/orphan.py:1: no page shows this figure"
        in run_in(checkout, "snippets.weave", "--check").stderr
    )


@pytest.mark.parametrize(
    "name, line", [("references.yml", "  year: 2009\n"), ("claims.yml", "  verdict: holds\n")]
)
def test_a_key_that_stands_twice(checkout, fails, name, line):
    number = edit(checkout / "docs" / name, line, line + line)
    key = line.split(":")[0].strip()
    fails(rf"^docs/{re.escape(name)}:{number + 1}: not valid YAML \(`{key}` stands twice\)")


def test_a_source_needs_an_address_a_figure_its_words_a_claim_something_to_stand_on_and_an_address_one_place(
    checkout, fails
):
    figure = edit(checkout / "docs/references.yml", "value: 152", "value: 153")
    line = edit(checkout / "docs/references.yml", '\n  doi: "10.1038/323533a0"', "")
    (checkout / "docs/redirects.yml").write_text("fix/old/: fix/gating/\nfix/old/: fix/clipping/\n")
    (checkout / "docs/claims.yml").write_text(
        "- id: a\n  said: s\n  verdict: maybe\n  topic: t\n  found: f\n  test: test_nowhere\n"
    )
    fails(
        "`a` has the verdict 'maybe', expected one of holds, care, fails",
        "the claim 'a' lacks a field or has an unknown verdict",
        rf"^docs/references\.yml:({figure}|{figure - 1}): `he2015\.\w+`: 153 does not stand in the quoted words",
        rf"^docs/references\.yml:{line - 5}: `rumelhart1986` has no doi, arxiv or url",
        r"^docs/redirects\.yml:2: not valid YAML: `fix/old/` stands twice",
    )
