"""The self-check: every page's own questions, marked on the reader's device, one at a time or all, with and without a script."""

import re

import pytest

from snippets.measurement import ROOT, Bad
from snippets.weave.pages.questions import PARTS, read_questions
from tests.support.pages import Visit

PAGE = "practice/self-check/"
READER = ROOT / "docs" / "practice" / "self-check.md"


def pages() -> list:
    return [page for part in PARTS for page in sorted((ROOT / "docs" / part).glob("*.md"))]


def test_every_question_that_closes_a_page_is_a_card():
    text = READER.read_text(encoding="utf-8")
    for page in pages():
        source = page.read_text(encoding="utf-8")
        section = re.search(
            r"^## Check yourself$(.*?)(?=^## |\Z)", source, re.DOTALL | re.MULTILINE
        )
        asked = re.findall(r'^\?\?\? question "(.*)"$', section[1], re.MULTILINE) if section else []
        assert len(read_questions(page, source, READER)) == len(asked)
        assert all(
            f'<summary markdown="span">{question}</summary>' in text for question in asked
        ), page


def test_links_lead_from_the_new_place():
    page = ROOT / "docs" / "fix" / "x.md"
    text = (
        '## Check yourself\n\n??? question "Why?"\n    See [a](../understand/y.md#z), [b](w.md), [c](#here), [d](https://e.org/f).\n'
        '    It is <data value="output:x/y:z">3</data> of <data value="k">4</data>.\n\n## Next\n'
    )
    (card,) = read_questions(page, text, READER)
    assert card.answer.splitlines() == [
        "See [a](../understand/y.md#z), [b](../fix/w.md), [c](../fix/x.md#here), [d](https://e.org/f).",
        'It is 3 of <data value="k">4</data>.',
    ]


def test_a_section_without_questions_is_named_with_its_line():
    with pytest.raises(Bad, match=r"x\.md:3: “Check yourself” holds no question"):
        read_questions(
            ROOT / "docs" / "fix" / "x.md", "# X\n\n## Check yourself\n\nNothing.\n", READER
        )


def test_marks_stay_on_this_device_and_can_be_erased(browser, address):
    with Visit(browser, address, PAGE) as visit:
        page = visit.page
        said = page.locator(".questions__said")
        many = page.locator(".questions details.question").count()
        assert said.inner_text() == f"You knew 0 of {many}."
        first = page.locator(".questions details.question").first
        first.locator("summary").click()
        first.get_by_role("button", name="I knew it").click()
        assert said.inner_text() == f"You knew 1 of {many}."
        page.reload()
        page.locator(".questions[data-ready]").wait_for()
        assert page.locator(".questions__said").inner_text() == f"You knew 1 of {many}."
        page.get_by_label("only what I don't know yet").check()
        assert page.locator(".questions details.question:visible").count() == many - 1
        page.get_by_role("button", name="Erase my progress").click()
        assert page.locator(".questions details.question:visible").count() == many
        assert page.evaluate("localStorage.getItem('self-check:1')") is None
        assert [w for w in visit.wrong if not w.startswith("failed")] == []


def test_whatever_was_kept_does_no_harm(browser, address):
    with Visit(browser, address, PAGE) as visit:
        for kept in ("nonsense", "[1, 2]", '{"card-x": 5, "__proto__": true}', "null"):
            visit.page.evaluate("kept => localStorage.setItem('self-check:1', kept)", kept)
            visit.page.reload()
            visit.page.locator(".questions[data-ready]").wait_for()
            assert (
                visit.page.locator(".questions__said").inner_text().startswith("You knew 0 of")
            ), kept


def test_one_at_a_time_by_keyboard(browser, address):
    with Visit(browser, address, PAGE, 390, "dark") as visit:
        page = visit.page
        page.get_by_label("one at a time").check()
        shown = page.locator(".questions details.question:visible")
        assert shown.count() == 1 and page.locator(".questions__topic:visible").count() == 1
        first = shown.get_attribute("id")
        page.locator(".questions summary:visible").focus()
        page.keyboard.press("ArrowRight")
        second = shown.get_attribute("id")
        assert shown.count() == 1 and second != first
        page.keyboard.press("Enter")
        assert shown.evaluate("card => card.open")
        page.keyboard.press("ArrowLeft")
        assert shown.get_attribute("id") == first
        page.get_by_label("Topic").select_option(index=3)
        assert "Card 1 of" in page.locator(".questions__said").inner_text()
        page.locator(".questions summary:visible").click()
        page.get_by_role("button", name="I knew it").click()
        assert "Card 2 of" in page.locator(".questions__said").inner_text()
        assert visit.wrong == []


def test_without_a_script_it_is_a_list_of_folds(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        assert (
            visit.page.locator(".questions details.question:visible").count() > 50
            and not visit.page.locator(".questions__bar").is_visible()
        )
