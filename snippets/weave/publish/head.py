"""What the head of each page says to those who share, follow or read it by program."""

from __future__ import annotations

import posixpath
import re
from html import escape, unescape
from urllib.parse import urljoin

from snippets.measurement import Bad
from snippets.weave.figures.loading import describe_strip
from snippets.weave.numbers.book import Book
from snippets.weave.publish import feed, plain, social, structured
from snippets.weave.publish.outline import SITE, Entry

HEADING = re.compile(r"<h1[^>]*>(.*?)(?:<a class=\"headerlink\".*?)?</h1>", re.DOTALL)
END = "</head>"


class Heads:
    """Completes the head of every page of one site, whoever built it."""

    def __init__(self, book: Book, listed: list[Entry], places: plain.Places, site_url: str):
        self.book, self.places, self.site_url = book, places, site_url
        self.entries = {entry.uri: entry for entry in listed}
        self.changed = feed.find_last_change(book.root)

    def completed(self, uri: str, html: str) -> str:
        """The page with what its head lacked; what needs the site's address only where that is set."""
        if END not in html:
            raise Bad(
                f"docs/{uri}:1: the built page has no {END}; the theme's template has changed, see snippets/weave/publish/head.py"
            )
        place = self.places[uri]
        made = [
            _link(
                "application/atom+xml",
                "Changelog",
                posixpath.relpath(feed.PATH, posixpath.dirname(place) or "."),
            ),
            _link(
                "text/markdown", "This page as Markdown", posixpath.basename(plain.beside(place))
            ),
        ]
        if self.site_url:
            made += self._shared(self._shown(uri, html))
        return html.replace(END, "\n".join(["", *made, END]), 1)

    def _shared(self, shown: structured.Shown) -> list[str]:
        entry = self.entries[shown.uri]
        alternative = (
            f"“{entry.title}” over a strip of layers; {describe_strip(entry.strip, self.book)[1]}"
        )
        properties = {
            "og:type": "article" if entry.section else "website",
            "og:site_name": SITE,
            "og:title": entry.title,
            "og:description": entry.description,
            "og:url": shown.url,
            "og:image": shown.card,
            "og:image:type": "image/png",
            "og:image:width": social.WIDTH,
            "og:image:height": social.HEIGHT,
            "og:image:alt": alternative,
        }
        names = {
            "twitter:card": "summary_large_image",
            "twitter:title": entry.title,
            "twitter:description": entry.description,
            "twitter:image": shown.card,
            "twitter:image:alt": alternative,
        }
        return [
            *(
                f'<meta property="{key}" content="{escape(str(value))}">'
                for key, value in properties.items()
            ),
            *(
                f'<meta name="{key}" content="{escape(str(value))}">'
                for key, value in names.items()
            ),
            structured.write_script(shown, self.site_url, self.changed, self.book),
        ]

    def _shown(self, uri: str, html: str) -> structured.Shown:
        entry, found = self.entries[uri], HEADING.search(html)
        heading = unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else entry.title
        first = next(e for e in self.entries.values() if e.section == entry.section)
        way = [("Home", self.site_url)]
        if first.uri != uri:
            way.append((entry.section, self._address(first.uri)))
        return structured.Shown(
            entry,
            self._address(uri),
            heading,
            urljoin(self.site_url, social.path_of(uri)),
            [*way, (heading, self._address(uri))],
        )

    def _address(self, uri: str) -> str:
        return urljoin(self.site_url, re.sub(r"(^|/)index\.html$", r"\1", self.places[uri]))


def _link(kind: str, title: str, target: str) -> str:
    # the space says nothing, but the theme takes whatever is exactly "alternate" for a translation, and asks for its sitemap
    return f'<link rel="alternate " type="{kind}" title="{title}" href="{escape(target)}">'
