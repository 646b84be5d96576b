"""What a screen reader says of the home page, the guide and the lab: in the order of reading, once, and in words that say what is there."""

import re

import pytest

from tests.support.pages import Mounted, Visit

NOISE = re.compile(r'heading ".*#"|status: "|"Where the Gradient Goes Where')
NAMELESS = re.compile(
    r"^\s*- (?:button|link|slider|combobox|checkbox|radio|spinbutton|textbox|dialog)(?: \[|:|$)",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def opened(browser, address):
    """The explainer, loaded once."""
    with Mounted(browser, address, "understand/", "gradient-lab") as visit:
        yield visit


@pytest.fixture
def lab(opened):
    """A lab as it comes, in that page."""
    opened.anew()
    return opened


def told_once(visit) -> None:
    """Everything has a name, and nothing is said twice."""
    heard = visit.page.locator("body").aria_snapshot()
    assert NAMELESS.findall(heard) == [] and NOISE.findall(heard) == []
    assert [
        landmark
        for landmark in ("banner", "main", "contentinfo")
        if heard.count(f"- {landmark}:") != 1
    ] == []


def test_everything_has_a_name_and_nothing_is_said_twice(lab):
    told_once(lab)


def test_the_home_page_in_order(browser, address):
    with Visit(browser, address, "") as visit:
        told_once(visit)
        article = visit.page.locator("article")
        heard = article.aria_snapshot()
        order = [
            'img "A strip of thirty layers',
            'heading "Where the Gradient Goes" [level=1]',
            'row "sigmoid Fades to nothing',
            'button "How these were measured"',
            'heading "Every number computed" [level=2]',
        ]
        places = [heard.index(words) for words in order]
        assert places == sorted(places)
        number = article.locator("p data.num:visible").first
        assert number.evaluate(
            "e => [e.getAttribute('role'), e.getAttribute('aria-haspopup'), e.hasAttribute('aria-expanded')]"
        ) == ["button", "dialog", False]
        number.click()
        assert (
            visit.page.get_by_role("dialog", name=re.compile("^How .* was measured$")).count() == 1
        )


def test_tables_and_their_controls_are_called_by_their_titles(browser, address):
    with Visit(browser, address, "reference/tables/") as visit:
        titles = visit.page.locator(".tab__title").all_inner_texts()
        names = visit.page.locator("article .stack table").evaluate_all(
            "all => all.map(table => table.getAttribute('aria-label'))"
        )
        assert len(titles) > 5 and set(names) <= set(titles) and None not in names


def test_the_differential_says_what_was_ticked_and_what_it_may_be(browser, address):
    with Visit(browser, address, "diagnose/what-is-wrong/") as visit:
        told_once(visit)
        visit.page.get_by_role("checkbox", name="The loss, or an output").check()
        heard = visit.page.locator(".differential").aria_snapshot()
        assert 'checkbox "The loss, or an output, becomes nan or inf" [checked]' in heard
        assert 'button "No: The loss hardly moves from where it began' in heard
        assert "status" in heard and "After 1 answer" in heard
        assert 'group "To tell them apart:' in heard and 'button "Not sure"' in heard


def test_formulas_are_mathematics_to_a_listener(lab):
    session = lab.page.context.new_cdp_session(lab.page)
    roles = [
        node["role"]["value"]
        for node in session.send("Accessibility.getFullAXTree")["nodes"]
        if not node.get("ignored")
    ]
    session.detach()
    assert roles.count("MathMLMath") >= lab.page.locator("article math:visible").count() > 10


def test_the_lab_as_it_is_heard(lab):
    heard = lab.element().aria_snapshot()
    assert heard.startswith('- group "The gradient lab"')
    for words in (
        'combobox "Net"',
        'slider "Depth"',
        'combobox "Place of the norm"',
        'group "The way back"',
        'button "Copy link"',
    ):
        assert words in heard, words
    depth = lab.element().get_by_role("slider", name="Depth")
    gain = lab.element().get_by_role("slider", name="Gain")
    assert [depth.get_attribute("aria-valuetext"), gain.get_attribute("aria-valuetext")] == [
        "30",
        "1",
    ]
    assert (
        lab.page.locator("gradient-lab output").count() == 0
    )  # each would announce what its slider says


def test_in_the_walk_back_the_curves_are_told_by_their_layers(lab):
    for _ in range(3):
        lab.press("Step")
    told = lab.page.locator("gradient-lab .lab [role=img]:visible").evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert len(told) == 5 and all(
        "at layer 28" in words and "at layer 30" in words and "at layer 1," not in words
        for words in told
    )
    lab.element().get_by_label("Net", exact=True).select_option("he")
    lab.settle()
    asked = lab.page.locator("gradient-lab .lab [role=img]:visible").evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert all("at layer 1," not in words and "between" not in words for words in asked), (
        "the alternative gives the answer away"
    )
