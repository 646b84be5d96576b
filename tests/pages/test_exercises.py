"""The exercises: each whole and computed, some solved again by another way; the sheet and the solutions number them alike and print."""

import math
import re

import pytest

from snippets.measurement import ROOT, Bad
from snippets.weave.check.numerals import find_numerals, is_name
from snippets.weave.numbers.book import load
from snippets.weave.numbers.marks import MATHS
from snippets.weave.pages.exercises import SHOWN, read_exercises
from tests.support.pages import Visit

PRACTICE = ROOT / "docs" / "practice"
PAGE = PRACTICE / "exercises.md"
GROUPS = read_exercises(PAGE)
ALL = [item for items in GROUPS.values() for item in items]
HEADING = re.compile(r"^#{2,3} ([A-Z]\d*\. .+?)(?: \{#\w+\})?$", re.MULTILINE)
CONTROLS = "header, nav, footer, button, input, select, summary, details, .headerlink, .md-sidebar, .handout__screen"


def typed(text: str) -> set[str]:
    """The numerals outside formulas that nothing quotes; names such as float32 may come up in a solution."""
    return {
        n
        for line in MATHS.sub(" ", text).split("\n")
        for n in find_numerals(line)
        if not is_name(n)
    }


def headings(name: str) -> list[str]:
    return HEADING.findall((PRACTICE / f"{name}.md").read_text(encoding="utf-8"))


def test_there_are_many_and_none_was_overlooked():
    assert len(ALL) >= 20 and len(GROUPS) == 7
    named = [
        title
        for group, items in GROUPS.items()
        for title in (group, *(f"{i.number}. {i.title}" for i in items))
    ]
    assert headings("exercises") == named


def test_they_are_numbered_in_order():
    for group, items in GROUPS.items():
        assert [item.number for item in items] == [
            f"{group[0]}{i}" for i in range(1, len(items) + 1)
        ]
    assert [group[0] for group in GROUPS] == list("ABCDEFG")


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.number)
def test_an_exercise_is_whole(item):
    assert item.task.count("?") + item.task.count("Derive") + item.task.count("Test") >= 1, (
        "nothing is asked"
    )
    assert len(item.hint.split()) >= 5
    assert len(SHOWN.findall(item.solution)) == 1, "a solution shows the program that computes it"
    assert re.search(
        r"\nExplained in \[.+\]\(\.\./(understand|fix|diagnose)/[\w-]+\.md#[\w-]+\)", item.solution
    )


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.number)
def test_a_solution_types_no_number_that_its_task_does_not_give(item):
    shown = SHOWN.findall(item.solution)[0]
    argument = SHOWN.sub("", item.solution)
    assert typed(argument) <= typed(f"{item.task}\n{item.hint}")
    quoted = re.findall(r'value="output:([\w/]+):', argument)
    assert set(quoted) == {shown} or "The printed lines give every number" in argument


SIGMOID_2 = 1 / (1 + math.exp(-2))
ANOTHER_WAY = {
    "walk:output of layer 1": 3 * 1 * 4 * 0.5 * 0.2 * 0.25 * 0.1 * 0.2,
    "walk:the input": 3 * 1 * 4 * 0.5 * 2 * 0.2 * 0.25 * 0.1 * 0.2 * 0.25,
    "hops:a quarter": 2.0**-58,
    "order:weights, then": math.hypot(1, 0.3),
    "order:slopes, then": math.hypot(1, 2.1),
    "level_sigmoid:weight": math.exp(2) + 2 + math.exp(-2),
    "level_sigmoid:bias": 2 - (math.exp(2) + 2 + math.exp(-2)) * SIGMOID_2,
    "root_five:kept over 29": 6**-14.5,
    "two_widths:compromise, mean": 0.8**0.5,
    "how_wide:width": math.ceil(62.5 / math.log(2)),
    "ten_times:relative step": 0.01,
    "after_norm:BatchNorm, thirty": (math.pi / (math.pi - 1)) ** 15,
    "scaled_skips:unscaled": 2.0**50,
    "scaled_skips:largest alpha": math.sqrt(2**0.02 - 1),
    "scaled_skips:alpha 0.1": 1.01**50,
    "forget:gate that": math.exp(-math.log(2) / 100),
    "forget:its bias": -math.log(math.expm1(math.log(2) / 100)),
    "forget:kept after": (1 + math.exp(-3)) ** -100,
    "two_numbers:largest singular": (100.5 / 2 + math.sqrt((100.5 / 2) ** 2 - 0.25**2))
    ** 0.5,  # trace and determinant of WᵀW
    "two_numbers:after 20 steps": 200 * 2.0**-19,
    "overflow:float16  first": math.ceil(math.log(65520, 1.5)),
    "overflow:float32  first": math.ceil(math.log(2.0**128, 1.5)),
    "zero_norm:by hand": 1.6e-22,
    "swallowed:swallowed from": 2.0 ** math.ceil(math.log2(1e-8) + 24),
    "one_scale:exponents that fit": math.floor(math.log2(65504 / 0.5)),
    "adam_step:gradient 1e-10: step, as a share of the rate": 1 / 101,
    "chance:two classes": math.log(10) - 0.9 * math.log(9),
    "two_logs:net A, factor": math.exp(math.log(4.5e-7 / 0.2) / 9),
    "clipped:by norm, first": 0.01 / 50,
    "absolute:orthogonal": 1.0,
    "leaky:without it, predicted": math.sqrt(0.505),
    "squared:normalized, predicted": 2 / math.sqrt(3),
}


@pytest.mark.parametrize("key", ANOTHER_WAY)
def test_solved_by_another_way(key):
    """To half a unit of the last printed place, or to one where the place is the machine's."""
    printed = load(ROOT).number(f"output:exercises/{key}").plain
    digits, _, exponent = printed.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    assert abs(float(printed) - ANOTHER_WAY[key]) <= 0.501 * unit


@pytest.mark.parametrize("name", ["exercise-sheet", "exercise-solutions"])
def test_sheet_and_solutions_are_numbered_as_the_exercises(name):
    assert headings(name) == headings("exercises")
    assert "[CC BY 4.0](../about/index.md#licenses)" in (PRACTICE / f"{name}.md").read_text(
        encoding="utf-8"
    )


def test_the_sheet_gives_nothing_away():
    sheet = (PRACTICE / "exercise-sheet.md").read_text(encoding="utf-8")
    assert sheet.count('<div class="task__room"></div>') == len(ALL)
    assert not any(
        line in sheet
        for item in ALL
        for line in (*item.hint.split("\n"), *item.solution.split("\n"))
        if len(line) > 20
    )
    assert "<details" not in sheet and "???" not in sheet


@pytest.mark.parametrize(
    "damage",
    [
        ('??? hint "A hint"', '??? question "A hint"'),
        ("<summary>Solution</summary>", "<summary>Answer</summary>"),
        (
            "Explained in [The chain rule is a product](../understand/chain-rule.md#walk-five-layers-by-hand).",
            "Explained in a book.",
        ),
    ],
)
def test_an_exercise_that_is_not_whole_is_named(tmp_path, damage):
    text = PAGE.read_text(encoding="utf-8")
    assert damage[0] in text
    page = tmp_path / "exercises.md"
    page.write_text(text.replace(*damage, 1), encoding="utf-8")
    line = text[: text.index("### A1.")].count("\n") + 1
    with pytest.raises(Bad, match=rf"exercises\.md:{line}: the exercise A1 is not whole"):
        read_exercises(page)


# ---------- on paper ----------

SEEN = """all => all.filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)
  .map(e => e.outerHTML.slice(0, 80))"""


def printed(page) -> int:
    """The number of A4 pages."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_the_sheet_prints_without_the_frame_of_the_site(browser, address):
    with Visit(browser, address, "practice/exercise-sheet/", 1280, "dark") as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.eval_on_selector_all(CONTROLS, SEEN) == []
        rooms = visit.page.eval_on_selector_all(
            ".task__room", "all => all.map(e => e.getBoundingClientRect().height)"
        )
        assert len(rooms) == len(ALL) and min(rooms) > 100
        assert 0 < printed(visit.page) <= len(ALL) / 2


def test_the_solutions_print_without_the_frame_and_open(browser, address):
    with Visit(browser, address, "practice/exercise-solutions/", 1280, "dark") as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.eval_on_selector_all(CONTROLS, SEEN) == []
        outputs = visit.page.eval_on_selector_all(".md-content pre", SEEN)
        assert len(outputs) == len(ALL)
        assert 0 < printed(visit.page) < len(ALL)


def test_the_exercises_print_their_folds_open(browser, address):
    with Visit(browser, address, "practice/exercises/") as visit:
        inside = ".md-content details p:first-of-type"
        assert visit.page.locator("details").count() == 2 * len(ALL)
        assert visit.page.eval_on_selector_all(inside, SEEN) == []
        visit.page.emulate_media(media="print")
        assert len(visit.page.eval_on_selector_all(inside, SEEN)) >= 2 * len(ALL)
        assert printed(visit.page) > 0
