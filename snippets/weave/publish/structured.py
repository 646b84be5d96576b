"""What a page says of itself to programs, as JSON-LD: made from the page, never typed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from snippets.video.script import NAME, TITLE
from snippets.weave.numbers.book import Book
from snippets.weave.pages import claims, video
from snippets.weave.publish.outline import LICENSE, SITE, SUMMARY, Entry

CLAIMS = "reference/checked-claims.md"


@dataclass(frozen=True)
class Shown:
    """A page as it is published: what the nav knows of it, its address, its heading, its picture, and the way to it, home first."""

    entry: Entry
    url: str
    heading: str
    card: str
    way: list[tuple[str, str]]

    @property
    def uri(self) -> str:
        """Its file under docs/."""
        return self.entry.uri


def write_script(shown: Shown, site_url: str, changed: str, book: Book) -> str:
    """The element for the page's head. A data block is not run, so no policy on scripts concerns it."""
    text = json.dumps(
        {
            "@context": "https://schema.org",
            "@graph": list(describe(shown, site_url, changed, book)),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    inert = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/ld+json">{inert}</script>'


def describe(shown: Shown, site_url: str, changed: str, book: Book) -> Iterator[dict]:
    """Everything that the page is and holds."""
    project = {"@type": "Organization", "name": SITE, "url": site_url}
    common = {
        "description": shown.entry.description,
        "url": shown.url,
        "image": shown.card,
        "inLanguage": "en",
        "dateModified": changed,
        "author": project,
        "publisher": project,
        "license": LICENSE,
    }
    if not shown.entry.section:
        yield {"@type": "WebSite", "name": SITE, "alternateName": SUMMARY, **common}
        yield _video(shown, site_url, book)
        return
    name = {"headline": shown.heading, "name": shown.heading, **common}
    yield {
        "@type": "Article" if shown.entry.section == "About" else "TechArticle",
        **name,
        "mainEntityOfPage": shown.url,
    }
    if shown.uri == CLAIMS:
        files = [
            {
                "@type": "DataDownload",
                "encodingFormat": f"{'text' if kind == 'csv' else 'application'}/{kind}",
                "contentUrl": urljoin(site_url, path),
            }
            for kind, path in claims.PATHS.items()
        ]
        yield {
            "@type": "Dataset",
            "name": shown.heading,
            **common,
            "creator": project,
            "distribution": files,
        }
    yield {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": label, "item": url}
            for place, (label, url) in enumerate(shown.way, 1)
        ],
    }


def _video(shown: Shown, site_url: str, book: Book) -> dict:
    made = video.read_manifest(book)
    at = urljoin(site_url, f"{video.FOLDER}/{NAME}")
    return {
        "@type": "VideoObject",
        "name": TITLE,
        "description": made["sentences"][0],
        "thumbnailUrl": f"{at}.webp",
        "contentUrl": f"{at}.mp4",
        "uploadDate": made["made"],
        "duration": f"PT{made['seconds']:.0f}S",
        "inLanguage": "en",
        "transcript": " ".join(made["sentences"]),
        "license": LICENSE,
        "url": shown.url,
    }
