"""The self-check: the questions that close each page, gathered by topic, each with a link back to the page."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from snippets.measurement import Bad, shown
from snippets.weave.numbers.marks import DATA
from snippets.weave.pages import redirects

SECTION = re.compile(r"^## Check yourself$(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
QUESTION = re.compile(
    r'^\?\?\? question "(?P<asked>.*)"\n(?P<answer>(?:(?: {4}.*)?\n)+)', re.MULTILINE
)
LINK = re.compile(r"\]\((?!https?:|#)(?P<target>[^)\s]+)\)")
PARTS = ("understand", "fix", "diagnose")  # in the order of the nav


@dataclass(frozen=True)
class Question:
    """One question of a page, its answer as Markdown, and where it stands."""

    name: str
    asked: str
    answer: str


def read_questions(page: Path, text: str, reader: Path) -> list[Question]:
    """The questions of one page, their links written as `reader` needs them; Bad for a section without questions."""
    section = SECTION.search(text)
    if not section:
        return []
    found = list(QUESTION.finditer(section[1] + "\n"))
    if not found:
        line = text[: section.start()].count("\n") + 1
        raise Bad(
            f'{shown(page)}:{line}: “Check yourself” holds no question; write `??? question "…"` and an answer, indented by four'
        )
    name = redirects.find_first_name(page.parent.parent, page).replace("/", "-")
    return [
        Question(f"card-{name}-{i}", match["asked"], _moved(_bare(match["answer"]), page, reader))
        for i, match in enumerate(found, 1)
    ]


def _bare(answer: str) -> str:
    """The answer without its indent; a number printed by a block of its own page keeps its text alone."""
    lines = "\n".join(line[4:] for line in answer.rstrip("\n").split("\n"))
    return DATA.sub(lambda m: m["text"] if m["key"].startswith("output:") else m[0], lines)


def _moved(text: str, page: Path, reader: Path) -> str:
    def there(match):
        target, hash_, anchor = match["target"].partition("#")
        return f"]({os.path.relpath(page.parent / target, reader.parent).replace(os.sep, '/')}{hash_}{anchor})"

    text = re.sub(r"\]\(#", f"]({page.name}#", text)  # a link within the page
    return LINK.sub(there, text)


def write_questions(docs: Path, reader: Path, titled) -> list[str]:
    """Markdown of all questions, one section a page; `titled(page)` gives a page's title."""
    made = [
        '<div class="questions" markdown="block">',
        "",
        '<div class="questions__bar needs-script"></div>',
        "",
    ]
    for part in PARTS:
        for page in sorted((docs / part).glob("*.md"), key=lambda p: (p.stem != "index", p.stem)):
            asked = read_questions(page, page.read_text(encoding="utf-8"), reader)
            if not asked:
                continue
            target = os.path.relpath(page, reader.parent).replace(os.sep, "/")
            title = titled(page)
            made += [
                f'<section class="questions__topic" data-topic="{title}" markdown="block">',
                "",
                f"## [{title}]({target})",
                "",
            ]
            for question in asked:
                made += [
                    f'<details class="question" id="{question.name}" markdown="block">',
                    f'<summary markdown="span">{question.asked}</summary>',
                    "",
                    question.answer,
                    "",
                    f"[The page that explains it]({target})",
                    "",
                    "</details>",
                    "",
                ]
            made += ["</section>", ""]
    return [*made, "</div>"]
