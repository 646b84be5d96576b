"""The search: what its index holds, and that nobody fetches it who does not search.

The theme's script asks for search_index.json at every page. It gets the settings alone; the documents stand in whole.json,
which assets/javascripts/search.js fetches when someone searches.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

WORKER = "assets/javascripts/search.js"
ASKED = "diagnose/what-is-wrong.md"
EXPLAINS = ("understand/", "fix/", "diagnose/")
UNSOUGHT = re.compile(r"<(pre|svg|math)(?=[ >])(?![^>]*data-search-exclude)")


def rank(uri: str) -> dict:
    """What the search plugin is told of a page: those that explain come before exercises, lists and the words of others.

    What people type about a net that won't train leads to the page that ranks causes.
    """
    if uri == ASKED:
        return {"boost": 12}
    return {"boost": 2} if uri.startswith(EXPLAINS) else {}


def leave_out(html: str) -> str:
    """Mark code, outputs, pictures and formulas, so that the index holds sentences; the search plugin takes the mark away again."""
    return UNSOUGHT.sub(r'<\1 data-search-exclude="unsought"', html)


def waits_for_search(config) -> bool:
    """Whether the index waits until someone searches; opened from disk a page can't fetch, and Material's offline plugin sees to that."""
    return not any(
        name.endswith("offline") and plugin.config.get("enabled", True)
        for name, plugin in config.plugins.items()
    )


def split(site: Path) -> None:
    """Take the documents out of the index that every page asks for."""
    index = site / "search" / "search_index.json"
    whole = json.loads(index.read_text(encoding="utf-8"))
    _write(site / "search" / "whole.json", whole)
    _write(index, {"config": whole["config"], "docs": []})


def _write(path: Path, content: dict) -> None:
    part = path.with_suffix(".part")
    part.write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    os.replace(part, path)
