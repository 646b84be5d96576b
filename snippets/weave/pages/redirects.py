"""docs/redirects.yml: what stands elsewhere now, by its old address."""

from __future__ import annotations

import posixpath
from pathlib import Path

import yaml

from snippets.measurement import Bad, shown
from snippets.weave.numbers.book import Once

FILE = "redirects.yml"


def find_address(page: str) -> str:
    """The address of a page, from its path under docs/."""
    folder, name = posixpath.split(posixpath.splitext(page)[0])
    path = folder if name == "index" else posixpath.join(folder, name)
    return f"{path}/" if path else "./"


def read_redirects(docs: Path) -> dict[str, str]:
    """Where each old address leads."""
    path = docs / FILE
    try:
        table = yaml.load(path.read_text(encoding="utf-8"), Loader=Once) if path.exists() else None
    except yaml.YAMLError as error:
        raise Bad(
            f"{shown(path)}:{error.problem_mark.line + 1}: not valid YAML: {error.problem}"
        ) from error
    if not isinstance(table or {}, dict) or not all(
        isinstance(part, str) for pair in (table or {}).items() for part in pair
    ):
        raise Bad(f"{shown(path)}:1: expected lines of the form `old/address/: new/address/`")
    return table or {}


def find_first_name(docs: Path, page: Path) -> str:
    """The path that a page had when it was first published, so that what is named after it keeps its name."""
    now = page.relative_to(docs).as_posix()
    before = (
        old
        for old, new in read_redirects(docs).items()
        if new == find_address(now) and old.endswith("/")
    )
    return next(before, posixpath.splitext(now)[0]).rstrip("/")
