"""The explainer on its page, with its transcript, and whether it still says what the results say."""

from __future__ import annotations

import json

from snippets.measurement import Bad, shown
from snippets.video.script import CURVES, KEY, NAME, SENTENCES, TITLE, drawn, keys
from snippets.weave.numbers.book import Book

FOLDER = "assets/video"
AGAIN = "about/maintaining.md#video"


def read_manifest(book: Book) -> dict:
    """What was said when the video was made; Bad when there is none."""
    path = book.docs / FOLDER / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise Bad(
            f"{shown(path)}:1: no manifest of the video ({error}); make it again, see {AGAIN}"
        ) from error


def find_outdated(book: Book) -> list[str]:
    """A message for each number that the video shows or speaks, and each curve that it draws, that is another one now."""
    if not (book.docs / FOLDER).exists():
        return []
    made = read_manifest(book)
    said, curves = made["quotes"], made["curves"]
    found = []
    for key in keys():
        now = book.number(key).text
        if said.get(key) != now:
            found.append(
                f"the video says {said.get(key, 'nothing')} for `{key}`, the results say {now}; make it again, see {AGAIN}"
            )
    for key, _ in CURVES.values():
        source, _, name = key.partition(".")
        if curves.get(key) != drawn(book.results[source].measurements[name].value):
            found.append(
                f"the video draws another curve than `{key}` is now; make it again, see {AGAIN}"
            )
    return found


def write_player(book: Book, at) -> list[str]:
    """The element and its transcript; `at(path)` is the link from the page to a path under docs/."""
    file = {kind: at(f"{FOLDER}/{NAME}.{kind}") for kind in ("webm", "mp4", "vtt")}
    told = [
        KEY.sub(lambda match: book.number(match[1]).tag(match[1]), sentence.text)
        for sentence in SENTENCES
    ]
    return [
        '<div class="video" markdown="block">',
        "",
        f'<video controls preload="none" width="1280" height="720" data-poster="{FOLDER}/{NAME}.webp" aria-label="{TITLE}">'
        f'<source src="{file["webm"]}" type="video/webm"><source src="{file["mp4"]}" type="video/mp4">'
        f'<track kind="captions" src="{file["vtt"]}" srclang="en" label="English"></video>',
        "",
        '<details class="question" markdown="block">',
        '<summary markdown="span">Transcript</summary>',
        "",
        *told,
        "",
        "</details>",
        "",
        "</div>",
    ]
