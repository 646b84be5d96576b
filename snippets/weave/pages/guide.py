"""The guided version of the misdiagnosis guide: questions and ends from docs/guide.yml, as plain linked sections and as one table."""

from __future__ import annotations

from snippets.measurement import Bad
from snippets.weave.numbers.book import name_nearest

FIELDS = ("class", "name", "test", "cure", "wrong", "read")
MOST = 5  # answers to an end
UNSURE = "I don't know"
GUIDE = "misdiagnosis.md"


def verify(tree: dict) -> dict:
    """The tree, if every answer leads somewhere, every end is whole and reached, and no path is longer than MOST answers."""
    questions, ends = tree.get("questions", {}), tree.get("ends", {})
    for name, question in questions.items():
        for answer in question["answers"]:
            if answer["to"] not in questions and answer["to"] not in ends:
                near = name_nearest(answer["to"], [*questions, *ends])
                raise Bad(
                    f"docs/guide.yml:1: the question `{name}` leads to `{answer['to']}`, which does not exist; {near}"
                )
        if not question["answers"][-1]["say"].startswith(UNSURE):
            raise Bad(
                f"docs/guide.yml:1: the last answer of the question `{name}` does not begin with “{UNSURE}”"
            )
    for name, end in ends.items():
        if missing := [field for field in FIELDS if not end.get(field)]:
            raise Bad(f"docs/guide.yml:1: the end `{name}` lacks {', '.join(missing)}")
    reached = find_paths(tree)
    if unreached := [name for name in [*questions, *ends] if name not in reached]:
        raise Bad(f"docs/guide.yml:1: no answers lead to {', '.join(unreached)}")
    if long := [name for name in ends if len(reached[name]) > MOST]:
        raise Bad(f"docs/guide.yml:1: more than {MOST} answers lead to {', '.join(long)}")
    return tree


def find_paths(tree: dict) -> dict[str, list[str]]:
    """For each question and end the longest way to it, as its answers; Bad when a way leads back."""
    longest: dict[str, list[str]] = {}

    def walk(place: str, way: list[str], seen: tuple[str, ...]) -> None:
        if place in seen:
            raise Bad(f"docs/guide.yml:1: the answers lead from `{place}` back to it")
        if len(way) >= len(longest.get(place, ())):
            longest[place] = way
        for answer in tree["questions"].get(place, {}).get("answers", ()):
            walk(answer["to"], [*way, answer["say"]], (*seen, place))

    walk(tree["start"], [], ())
    return longest


def write_sections(tree: dict) -> list[str]:
    """One section for each question and end; without JavaScript they are read by following their links."""
    made = ['<div class="guide" markdown="block">', ""]
    for name, question in verify(tree)["questions"].items():
        made += [
            f'<section class="guide__step" id="q-{name}" markdown="block">',
            "",
            f"**{question['ask']}**",
            "{.guide__ask}",
            "",
        ]
        made += [
            f"- [{answer['say']}](#{_anchor(answer['to'], tree)})" for answer in question["answers"]
        ]
        made += ["", "</section>", ""]
    for name, end in tree["ends"].items():
        made += [
            f'<section class="guide__step guide__end" id="{name}" markdown="block">',
            "",
            f"**{end['name']}**",
            "{.guide__ask}",
            "",
            f"**The test that would refute it:** {end['test']}",
            "",
            f"**The cure:** {end['cure']}",
            "",
            f"**The wrong cure:** {end['wrong']}",
            "",
            f"[More in the misdiagnosis guide]({GUIDE}#{end['read']})",
            "",
            _doctor(end),
            "",
            "</section>",
            "",
        ]
    return [*made, "</div>"]


def _anchor(place: str, tree: dict) -> str:
    return place if place in tree["ends"] else f"q-{place}"


def _doctor(end: dict) -> str:
    if (
        "_" in end["class"]
        and end["class"].startswith(("converged", "bad_", "wrong_"))
        or end["class"] in ("overfitting", "degradation")
    ):
        return "[The doctor](gradient-doctor.md) can't see this: it would find the gradients `healthy`."
    return f"[The doctor](gradient-doctor.md) would print `{end.get('prints', end['class'])}`."


def write_table(tree: dict) -> list[str]:
    """All ends as one table to print."""
    head = [
        "| It may be | The test that would refute it | The cure | The wrong cure |",
        "| --- | --- | --- | --- |",
    ]
    rows = [
        f"| [{end['name']}]({GUIDE}#{end['read']}) | {end['test']} | {end['cure']} | {end['wrong']} |"
        for end in tree["ends"].values()
    ]
    return ['<div class="stack" markdown="block">', "", *head, *rows, "", "</div>"]
