"""What makes the site quick, as far as it can be told without a clock: bytes, what is fetched and when, what waits with its style."""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import pytest

from snippets.measurement import ROOT
from tests.test_site import PAGES, Visit, path_of

TEXT, WITH_NET, MATH, INDEX = 150_000, 200_000, 40_000, 215_000  # bytes over the wire
NETS = ("gradient-lab", "recurrent-lab", "phase-map", "sketch-pad")
PARTS = {'class="reader"': "doctor/reader.js", 'class="guide"': "guide.js", 'class="cards"': "cards.js"}
LINKED = re.compile(r'<link (?=[^>]*?rel="(?:stylesheet|preload|icon|modulepreload)")[^>]*?href="([^"]+)"|<(?:script|img)\b[^>]*?\ssrc="([^"]+)"'
                    r'|data-poster="([^"]+)"|"search": "([^"?]+)')
NEEDED = re.compile(r"""(?:\bfrom|\bimport|\bimport\(|new URL\()\s*["'](\.[^"']+\.(?:js|css))["']""")
PACKED = (".woff2", ".png", ".webp")


@cache
def weight(path: Path) -> int:
    """Bytes of a file as a server sends it."""
    return len(path.read_bytes() if path.suffix in PACKED else gzip.compress(path.read_bytes(), 6))


def needed(site: Path, page: str) -> set[Path]:
    """The page and every file that it makes a browser fetch, at once or as its reader scrolls; the film is not, it waits for a press."""
    place = path_of(page)
    html = (site / place / "index.html").read_text(encoding="utf-8")
    scripts = [f"assets/javascripts/lab/{net}.js" for net in NETS if f"<{net}" in html]
    scripts += [f"assets/javascripts/{script}" for mark, script in PARTS.items() if mark in html]
    linked = ["".join(found) for found in LINKED.findall(html)]
    found, waiting = set(), [*scripts, *(link if link.startswith("assets/video") else urljoin(place, link) for link in linked)]
    while waiting:
        url = waiting.pop().partition("?")[0]
        file = site / url
        if url.startswith("data:") or file in found:
            continue
        found.add(file)
        if file.suffix == ".js" and "material" not in url and "bundle" not in url:
            waiting += [urljoin(url, other) for other in NEEDED.findall(file.read_text(encoding="utf-8"))]
    return found | {site / place / "index.html", site / "search/search_index.json"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light(site, page):
    files = needed(site, page)
    sizes = {str(file.relative_to(site)): weight(file) for file in files}
    mathematics = sizes.pop("assets/fonts/WG-Math.woff2", 0)
    net = any("/lab/" in file for file in sizes)
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:8]
    assert len(sizes) >= 8 and mathematics <= MATH
    assert sum(sizes.values()) <= (WITH_NET if net else TEXT), (sum(sizes.values()), heaviest)
