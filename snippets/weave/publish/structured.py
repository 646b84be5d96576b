"""What a page says of itself to programs, as JSON-LD: made from the page, never typed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from bs4 import BeautifulSoup, SoupStrainer, Tag

from snippets.video.script import NAME, TITLE
from snippets.weave.numbers.book import Book
from snippets.weave.pages import claims, video
from snippets.weave.publish.outline import LICENSE, SITE, SUMMARY, Entry

CLAIMS = "reference/checked-claims.md"
STACKED = ["msub", "msup", "msubsup", "mfrac", "msqrt", "mroot", "munder", "mover", "munderover", "mtable"]
ENDS = ("Tempting:", "More:", "The page that explains it")  # what stands below an answer


@dataclass(frozen=True)
class Shown:
    """A page as it is published: what the nav knows of it, its address, its heading, its card, the way to it, home first, and its HTML."""

    entry: Entry
    url: str
    heading: str
    card: str
    way: list[tuple[str, str]]
    html: str

    @property
    def uri(self) -> str:
        """Its file under docs/."""
        return self.entry.uri


def script(shown: Shown, site_url: str, changed: str, book: Book) -> str:
    """The element for the page's head. A data block is not run, so no policy on scripts concerns it."""
    text = json.dumps({"@context": "https://schema.org", "@graph": list(graph(shown, site_url, changed, book))},
                      ensure_ascii=False, separators=(",", ":"))
    inert = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/ld+json">{inert}</script>'


def graph(shown: Shown, site_url: str, changed: str, book: Book) -> Iterator[dict]:
    """Everything that the page is and holds."""
    project = {"@type": "Organization", "name": SITE, "url": site_url}
    common = {"description": shown.entry.description, "url": shown.url, "image": shown.card, "inLanguage": "en", "dateModified": changed,
              "author": project, "publisher": project, "license": LICENSE}
    if not shown.entry.section:
        yield {"@type": "WebSite", "name": SITE, "alternateName": SUMMARY, **common}
        yield _video(shown, site_url, book)
        return
    name = {"headline": shown.heading, "name": shown.heading, **common}
    if shown.entry.kind == "FAQPage":
        yield {"@type": "FAQPage", **name, "mainEntity": [_question(q, a) for q, a in questions(shown.html)]}
    elif shown.entry.kind == "Quiz":
        parts = [{**_question(q, a), "text": q, "eduQuestionType": "Flashcard"} for q, a in flashcards(shown.html)]
        yield {"@type": "Quiz", **name, "about": {"@type": "Thing", "name": "Vanishing gradient problem"}, "hasPart": parts}
    else:
        yield {"@type": "Article" if shown.entry.section == "About" else "TechArticle", **name, "mainEntityOfPage": shown.url}
    if shown.uri == CLAIMS:
        files = [{"@type": "DataDownload", "encodingFormat": f"{'text' if kind == 'csv' else 'application'}/{kind}",
                  "contentUrl": urljoin(site_url, path)} for kind, path in claims.PATHS.items()]
        yield {"@type": "Dataset", "name": shown.heading, **common, "creator": project, "distribution": files}
    yield {"@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "position": place, "name": label, "item": url} for place, (label, url) in enumerate(shown.way, 1)]}


def _question(question: str, answer: str) -> dict:
    return {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}


def _video(shown: Shown, site_url: str, book: Book) -> dict:
    made = video.manifest(book)
    at = urljoin(site_url, f"{video.FOLDER}/{NAME}")
    return {"@type": "VideoObject", "name": TITLE, "description": made["sentences"][0], "thumbnailUrl": f"{at}.webp",
            "contentUrl": f"{at}.mp4", "uploadDate": made["made"], "duration": f"PT{made['seconds']:.0f}S", "inLanguage": "en",
            "transcript": " ".join(made["sentences"]), "license": LICENSE, "url": shown.url}


# ---------- questions and answers, in the words of the page ----------

def questions(html: str) -> Iterator[tuple[str, str]]:
    """Every heading of the third level that asks, and what answers it: the blocks below it, open or folded."""
    for heading in _article(html).find_all("h3"):
        asked = words(heading)
        if not asked.endswith("?"):
            continue
        blocks = []
        for block in heading.find_next_siblings():
            if block.name in ("h1", "h2", "h3"):
                break
            blocks += _unfolded(block)
        answer = _answer(blocks)
        if _is_said_in_words([heading, *answer]):
            yield asked, _joined(answer)


def flashcards(html: str) -> Iterator[tuple[str, str]]:
    """Every folded question of a self-check with its answer."""
    for card in _article(html).select("details.question"):
        answer = _answer(_unfolded(card))
        if _is_said_in_words([card.summary, *answer]):
            yield words(card.summary), _joined(answer)


def _article(html: str) -> Tag:
    return BeautifulSoup(html, "html.parser", parse_only=SoupStrainer("article")).article


def _unfolded(block: Tag) -> list[Tag]:
    return [inner for inner in block.find_all(recursive=False) if inner.name != "summary"] if block.name == "details" else [block]


def _answer(blocks: list[Tag]) -> list[Tag]:
    """The blocks of an answer, up to what only leads on or misleads on purpose."""
    end = next((i for i, block in enumerate(blocks) if words(block).startswith(ENDS)), len(blocks))
    return blocks[:end]


def _joined(blocks: list[Tag]) -> str:
    return " ".join(map(words, blocks))


def _is_said_in_words(blocks: list[Tag]) -> bool:
    """Whether plain text can say it: a root, a fraction or an index becomes something else there, so such questions are left out."""
    return not any(block.find(STACKED) for block in blocks)


def words(element: Tag) -> str:
    """What a reader sees of an element, without the sign that links a heading to itself."""
    strings = (s for s in element.strings if not (s.parent.name == "a" and "headerlink" in s.parent.get("class", [])))
    return " ".join("".join(strings).split())
