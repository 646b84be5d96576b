"""An Atom feed of the changelog: one entry for each dated version."""

from __future__ import annotations

import datetime
import functools
import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from snippets.measurement import Bad
from snippets.weave.numbers.marks import HEADING
from snippets.weave.pages.weaving import read_page
from snippets.weave.publish.outline import LICENSE, SITE

PATH = "feed.xml"
SOURCE = "about/changelog.md"
PAGE = "about/changelog/"
ATOM = "http://www.w3.org/2005/Atom"
FAMILY = uuid.UUID(
    "0b2e54ae-6f0c-5d0e-8a52-4a7f6d2c9b11"
)  # the ids stay when the site moves, so they hold no address of it
DATED = re.compile(r"(?P<name>.+), (?P<date>\d{4}-\d\d-\d\d)$")


@dataclass(frozen=True)
class Version:
    """One dated version of the changelog."""

    anchor: str
    name: str
    date: str


def read_versions(root: Path) -> list[Version]:
    """The dated versions, newest first; what is not published yet has no date."""
    path = root / "docs" / SOURCE
    found = []
    for number, line in enumerate(read_page(path).splitlines(), 1):
        heading = HEADING.match(line)
        dated = DATED.match(heading["title"]) if heading and heading["level"] == "##" else None
        if not dated:
            continue
        try:
            datetime.date.fromisoformat(dated["date"])
        except ValueError as error:
            raise Bad(
                f"docs/{SOURCE}:{number}: {dated['date']} is no date; write it as 2026-11-22"
            ) from error
        if not heading["id"]:
            raise Bad(
                f"docs/{SOURCE}:{number}: the version has no anchor; end its heading with {{#v1-0-0}}, which stays"
            )
        found.append(Version(heading["id"], dated["name"], dated["date"]))
    if not found:
        raise Bad(
            f"docs/{SOURCE}:1: no dated version; expected a heading such as `## Version 1.0.0, 2026-11-22 {{#v1-0-0}}`"
        )
    return found


@functools.cache
def find_last_change(root: Path) -> str:
    """The date of the newest version."""
    return read_versions(root)[0].date


def write_feed(root: Path, site_url: str) -> bytes:
    """The feed; where the site's address is not known, its links are relative to the feed's own."""
    ET.register_namespace("", ATOM)
    feed, listed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": "en"}), read_versions(root)
    _add(feed, "id", _identity("feed"))
    _add(feed, "title", f"{SITE}: changelog")
    _add(feed, "updated", f"{listed[0].date}T00:00:00Z")
    _add(_add(feed, "author"), "name", SITE)
    _add(feed, "rights", f"CC BY 4.0, {LICENSE}")
    _add(feed, "link", rel="alternate", type="text/html", href=urljoin(site_url, PAGE))
    if site_url:
        _add(feed, "link", rel="self", type="application/atom+xml", href=urljoin(site_url, PATH))
    for version in listed:
        entry = _add(feed, "entry")
        _add(entry, "id", _identity(version.anchor))
        _add(entry, "title", version.name)
        _add(entry, "updated", f"{version.date}T00:00:00Z")
        _add(
            entry,
            "link",
            rel="alternate",
            type="text/html",
            href=urljoin(site_url, f"{PAGE}#{version.anchor}"),
        )
    ET.indent(feed)
    return ET.tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n"


def _add(parent, name: str, text: str | None = None, **attributes: str):
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _identity(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(FAMILY, name)}"
