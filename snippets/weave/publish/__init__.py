"""What makes the site found and shared: social pictures, feed, heads, Markdown beside each page. Nothing here writes into docs/."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from snippets.weave.numbers.book import Book
from snippets.weave.publish import feed, outline, plain, social
from snippets.weave.publish.head import Heads


def files(book: Book, site_url: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Path under the site of the feed, the file for robots and, unless someone is editing, the social pictures, with what makes each."""
    yield feed.PATH, partial(feed.write_feed, book.root, site_url)
    if site_url:
        yield (
            "robots.txt",
            f"User-agent: *\nAllow: /\n\nSitemap: {site_url.rstrip('/')}/sitemap.xml\n".encode,
        )
    if not book.drafting:
        listed = functools.cache(
            lambda: {entry.uri: entry for entry in outline.read_entries(book.root)}
        )
        for uri in outline.list_pages(book.root):
            yield social.path_of(uri), lambda uri=uri: social.draw_picture(listed()[uri], book)


def finish(site: Path, book: Book, places: plain.Places, site_url: str) -> None:
    """Once the pages are built: complete the head of each, put its Markdown beside it, and list them all."""
    listed = outline.read_entries(book.root)
    places = {entry.uri: places[entry.uri] for entry in listed}
    heads = Heads(book, listed, places, site_url)
    for uri, place in places.items():
        page = site / place
        page.write_text(heads.completed(uri, page.read_text(encoding="utf-8")), encoding="utf-8")
    for uri, content in plain.write_copies(book.docs, places, site_url):
        (site / uri).write_bytes(content)
    (site / plain.LLMS).write_bytes(plain.write_llms(listed, places, site_url))
