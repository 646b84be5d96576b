"""The exercises read from their page, and laid out again to print: a sheet with the tasks alone, and the solutions alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from snippets.measurement import Bad, shown
from snippets.weave.numbers.book import Book
from snippets.weave.numbers.marks import DATA

PAGE = "practice/exercises.md"
GROUP = re.compile(
    r"^## (?P<letter>[A-Z])\. (?P<name>.+?) \{#[a-z]\}$\n(?P<body>.*?)(?=^## |\Z)",
    re.DOTALL | re.MULTILINE,
)
EXERCISE = re.compile(
    r"^### (?P<number>[A-Z]\d+)\. (?P<title>.+?) \{#[a-z]\d+\}$\n(?P<body>.*?)(?=^### |\Z)",
    re.DOTALL | re.MULTILINE,
)
PARTS = re.compile(
    r'\A\n(?P<task>.+?)\n\n\?\?\? hint "A hint"\n(?P<hint>(?: {4}.+\n|\n)+)<details class="question" markdown="block">\n'
    r"<summary>Solution</summary>\n\n(?P<solution>.+?)\n\n</details>\s*\Z",
    re.DOTALL,
)
SHOWN = re.compile(r"<!-- block: (?P<name>[\w/]+) -->.*?<!-- /block -->", re.DOTALL)
LINK = re.compile(r"\]\(\.\./[\w/-]+\.md(?:#[\w-]+)?\)")


@dataclass(frozen=True)
class Exercise:
    """One exercise: its number in its group, and its parts as Markdown."""

    number: str
    title: str
    task: str
    hint: str
    solution: str


def read_exercises(path: Path) -> dict[str, list[Exercise]]:
    """The groups of the page in their order, each with its exercises; Bad where one is not whole."""
    text = path.read_text(encoding="utf-8")
    return {
        f"{group['letter']}. {group['name']}": [
            _exercise(found, path, text) for found in EXERCISE.finditer(group["body"])
        ]
        for group in GROUP.finditer(text)
    }


def _exercise(found: re.Match, path: Path, text: str) -> Exercise:
    parts = PARTS.match(found["body"])
    if not parts or not LINK.search(parts["solution"]):
        line = text[: text.index(f"### {found['number']}. ")].count("\n") + 1
        raise Bad(
            f"{shown(path)}:{line}: the exercise {found['number']} is not whole; expected a task, a hint, and a solution with a link"
        )
    hint = "\n".join(line[4:] for line in parts["hint"].strip("\n").split("\n"))
    return Exercise(found["number"], found["title"], parts["task"], hint, parts["solution"])


def write_tasks(book: Book) -> list[str]:
    """The tasks alone, each with room to write."""
    made = []
    for group, items in read_exercises(book.docs / PAGE).items():
        made += [f"## {group}", ""]
        for item in items:
            made += [
                '<section class="task" markdown="block">',
                "",
                f"### {item.number}. {item.title}",
                "",
                _bare(item.task, book),
                "",
                '<div class="task__room"></div>',
                "",
                "</section>",
                "",
            ]
    return made[:-1]


def write_solutions(book: Book, code: str) -> list[str]:
    """The solutions alone, each with what its program printed; `code` is the path to the programs."""
    made = []
    for group, items in read_exercises(book.docs / PAGE).items():
        made += [f"## {group}", ""]
        for item in items:
            text = SHOWN.sub(lambda m: _printed(m["name"], book, code), item.solution)
            made += [f"### {item.number}. {item.title}", "", _bare(text, book), ""]
    return made[:-1]


def _printed(name: str, book: Book, code: str) -> str:
    lines = (
        book.outputs[name]["stdout"] if name in book.outputs else []
    )  # the page that shows the block says what is wrong
    return "\n".join(
        [f"[{name.rpartition('/')[2]}.py]({code}/{name}.py) prints", "", "```text", *lines, "```"]
    )


def _bare(text: str, book: Book) -> str:
    """The text with its numbers as they stand now; what a block printed keeps no key, for the block is not on the page."""

    def quoted(match: re.Match) -> str:
        number = book.number(match["key"], match["show"] or "")
        return (
            number.text
            if match["key"].startswith("output:")
            else number.tag(match["key"], match["show"] or "")
        )

    return DATA.sub(quoted, text)
