"""The guided questions: they end where real cases ended, never go on for long, and work with a keyboard and without JavaScript."""

import copy
import re

import pytest
import yaml
from gradient_doctor import CAUSES

from snippets.measurement import ROOT, Bad
from snippets.weave.check.checking import find_anchors
from snippets.weave.numbers.marks import FAST
from snippets.weave.pages.guide import MOST, UNSURE, find_paths, verify
from tests.support.pages import Visit

TREE = yaml.load((ROOT / "docs" / "guide.yml").read_text(encoding="utf-8"), FAST)
CASES = yaml.load((ROOT / "tests" / "cases" / "symptoms.yml").read_text(encoding="utf-8"), FAST)
PAGE = "diagnose/guided/"
BESIDE = {
    "converged_or_normal",
    "bad_labels_or_data",
    "wrong_loss_activation_pairing",
    "overfitting",
    "degradation",
}


def walk(answers: dict[str, str]) -> tuple[str, list[str]]:
    """The end that answers lead to, and the questions that were met; what is not answered is not known."""
    place, met = TREE["start"], []
    while place in TREE["questions"]:
        met.append(place)
        beginning = answers.get(place, UNSURE)
        fitting = [a for a in TREE["questions"][place]["answers"] if a["say"].startswith(beginning)]
        assert len(fitting) == 1, f"{place}: {len(fitting)} answers begin with {beginning!r}"
        place = fitting[0]["to"]
    return place, met


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["address"].split("//")[1][:40])
def test_a_real_case_ends_at_its_cause(case):
    end, met = walk(case["answers"])
    assert TREE["ends"][end]["class"] == case["class"], f"ended at {end}"
    assert len(met) <= MOST and set(case["answers"]) <= set(met), (
        "an answer that was never asked for"
    )
    assert "it is not" in TREE["ends"][end]["test"] or "speak" in TREE["ends"][end]["test"]


def test_the_cases_are_many_and_most_askers_guessed_wrong():
    assert len(CASES) == 19 and len({case["address"] for case in CASES}) == 19
    assert sum(case["suspected"] != case["class"] for case in CASES) > len(CASES) / 2.5
    assert len({case["class"] for case in CASES}) >= 10


def test_every_end_is_a_verdict_or_a_look_alike():
    classes = {end["class"] for end in TREE["ends"].values()}
    assert classes - BESIDE <= set(CAUSES) and classes >= BESIDE
    allowed = classes | {"healthy"}
    assert all(set(end.get("also", [])) <= allowed for end in TREE["ends"].values())
    assert "healthy" in TREE["ends"]["end-converged"]["also"]


def test_no_end_is_made_for_one_case():
    """Each answer of a case is open to many: every end has more than one way to it, or several causes, or is a cause of its own."""
    answers = [a["to"] for q in TREE["questions"].values() for a in q["answers"]]
    assert sum(answers.count(end) >= 2 for end in TREE["ends"]) >= len(TREE["ends"]) / 2
    assert len(TREE["ends"]) > len({case["class"] for case in CASES}) + 10


def test_dont_know_all_the_way_ends_well():
    end, met = walk({})
    assert TREE["ends"][end]["class"] == "inconclusive" and len(met) <= MOST


def test_every_path_is_short_and_every_section_of_the_guide_exists():
    longest = find_paths(verify(TREE))
    assert max(len(longest[end]) for end in TREE["ends"]) == MOST
    anchors = find_anchors(
        (ROOT / "docs" / "diagnose" / "misdiagnosis.md").read_text(encoding="utf-8")
    )
    assert {end["read"] for end in TREE["ends"].values()} <= anchors


@pytest.mark.parametrize(
    "damage, said",
    [
        (
            lambda t: t["questions"]["see"]["answers"][0].update(to="nowhere"),
            "leads to `nowhere`, which does not exist",
        ),
        (lambda t: t["questions"]["tiny"]["answers"].pop(), "does not begin with “I don't know”"),
        (lambda t: t["ends"]["end-dead"].pop("test"), "the end `end-dead` lacks test"),
        (lambda t: t["ends"].update(spare=dict(t["ends"]["end-dead"])), "no answers lead to spare"),
        (lambda t: t["questions"]["nan-operation"]["answers"][0].update(to="see"), "back to it"),
        (
            lambda t: t["questions"]["nan-operation"]["answers"][0].update(to="unchanged"),
            "more than 5 answers lead to",
        ),
    ],
    ids=["nowhere", "unsure", "whole", "reached", "circle", "long"],
)
def test_a_damaged_tree_is_named(damage, said):
    tree = copy.deepcopy(TREE)
    damage(tree)
    with pytest.raises(Bad, match=re.escape(said)):
        verify(tree)


# ---------- in the browser ----------


@pytest.fixture
def guided(browser, address):
    with Visit(browser, address, PAGE) as visit:
        visit.page.wait_for_selector(".guide[data-ready]")
        yield visit
        assert visit.wrong == []


def shown(page) -> str:
    """What is asked or concluded now."""
    asks = page.locator(".guide__step:not([hidden]) .guide__ask")
    assert asks.count() == 1
    return asks.inner_text()


def tab_to(page, text: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if text in (page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"no Tab leads to {text!r}")


def test_by_keyboard_to_an_end_back_and_again(guided):
    page = guided.page
    assert (
        shown(page) == "What do you see?"
        and page.locator(".guide__bar button:visible").count() == 0
    )
    page.evaluate(
        "document.querySelector('h1').tabIndex = -1; document.querySelector('h1').focus()"
    )
    for answer in ("nan or inf", "No", "Later; the loss", "It only delays"):
        tab_to(page, answer)
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.classList.contains('guide__ask')")
    assert shown(page) == "An operation without a value, or without a slope"
    assert (
        page.locator(".guide__way")
        .inner_text()
        .startswith("4 of at most five answers: nan or inf · No · Later")
    )
    tab_to(page, "One answer back")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.textContent.startsWith('What does a rate')")
    page.go_back()
    page.wait_for_function("document.activeElement.textContent.startsWith('An operation')")
    page.click("button:has-text('Start again')")
    page.wait_for_function("document.activeElement.textContent === 'What do you see?'")
    assert page.locator(".guide__way").inner_text() == "At most five answers."


def test_a_link_to_a_question_and_to_an_end(guided, address):
    for fragment, asked in (
        ("q-unchanged", "Which parameters are left out?"),
        ("end-dead", "Dead units"),
        ("no-such", "What do you see?"),
    ):
        guided.page.evaluate("sessionStorage.clear()")
        guided.page.goto("about:blank")
        guided.go(f"{address}/{PAGE}#{fragment}")
        assert shown(guided.page) == asked


def test_without_javascript_all_of_it_is_there(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        assert visit.page.locator(".guide__step").count() == len(TREE["questions"]) + len(
            TREE["ends"]
        )
        visit.page.click("text=Tiny gradients, such as")
        assert visit.page.url.endswith("#q-tiny")


def test_the_table_prints_whole(guided, tmp_path):
    """Printed, every end stands in the table, and no row is cut off at the side."""
    page = guided.page
    page.emulate_media(media="print")
    rows = page.locator("#all-in-one-table ~ .stack tbody tr")
    assert rows.count() == len(TREE["ends"])
    page.set_viewport_size({"width": 720, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
