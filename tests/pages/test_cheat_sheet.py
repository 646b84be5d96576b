"""The cheat sheet prints to exactly one A4 page, with nothing of the site's frame on it."""

import re

from tests.support.pages import Visit

PAGE = "practice/cheat-sheet/"
INCH = 96


def printed(visit) -> int:
    """Pages of the sheet on A4."""
    return len(
        re.findall(rb"/Type\s*/Page\b", visit.page.pdf(format="A4", prefer_css_page_size=True))
    )


def test_it_prints_to_exactly_one_page(browser, address):
    for scheme in ("light", "dark"):
        with Visit(browser, address, PAGE, 1280, scheme) as visit:
            assert printed(visit) == 1


def test_half_a_page_more_would_not_fit(browser, address):
    """So the count can fail, and the page is well filled."""
    with Visit(browser, address, PAGE) as visit:
        visit.page.evaluate("""() => {
            const more = document.createElement('div');
            more.style.height = '120mm';
            document.querySelector('.sheet').append(more);
        }""")
        assert printed(visit) == 2


def test_only_the_sheet_is_printed(browser, address):
    with Visit(browser, address, PAGE) as visit:
        visit.page.emulate_media(media="print")
        for part in (
            ".md-header",
            ".md-footer",
            ".md-sidebar",
            ".md-tabs",
            ".md-clipboard",
            ".how",
            ".block__get",
        ):
            assert all(not it.is_visible() for it in visit.page.locator(part).all()), part
        text = visit.page.locator(".sheet").inner_text()
        assert all(
            words in text
            for words in (
                "Var",
                "float16",
                "register_full_backward_hook",
                "Change first",
                "CC BY 4.0",
            )
        )
