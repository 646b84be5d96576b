"""The pages in the order of the nav, with what each says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from pathspec import GitIgnoreSpec

from snippets import ipynb
from snippets.measurement import Bad, shown
from snippets.weave.numbers.marks import FAST, read_front_matter
from snippets.weave.pages.weaving import read_page

STRIP = re.compile(r"\]\([\w./-]*strips/([\w.-]+)\.svg\)")
SITE = "Where the Gradient Goes"
SUMMARY = "Vanishing and exploding gradients, with every number computed."
LICENSE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Entry:
    """One page: its file under docs/, its place in the nav, what it says of itself, and the profile that its strip shows."""

    uri: str
    section: str
    title: str
    description: str
    strip: str


class _Settings(FAST):
    """A loader that reads mkdocs.yml without what its tags stand for."""


_Settings.add_multi_constructor("!", lambda loader, tag, node: None)


def read_entries(root: Path) -> list[Entry]:
    """Every page of the nav; a page without a strip takes that of the home page."""
    found = [_entry(root / "docs", uri, section) for section, uri in _listed(_nav(root))]
    return [e if e.strip else replace(e, strip=found[0].strip) for e in found]


def list_pages(root: Path) -> list[str]:
    """The file under docs/ of every page of the nav."""
    return [uri for _, uri in _listed(_nav(root))]


def list_published(root: Path) -> set[Path]:
    """Every file under docs/ that mkdocs.yml does not exclude."""
    docs = root / "docs"
    left_out = GitIgnoreSpec.from_lines(
        [".*", *_configuration(root).get("exclude_docs", "").splitlines()]
    )
    return {docs / name for name in left_out.match_tree_files(docs, negate=True)}


def _nav(root: Path) -> list:
    return _configuration(root)["nav"]


def _configuration(root: Path) -> dict:
    path = root / "mkdocs.yml"
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Settings)
    except yaml.YAMLError as error:
        raise Bad(
            f"{shown(path)}:{error.problem_mark.line + 1}: not valid YAML: {error.problem}"
        ) from error


def _listed(nav: list, section: str = ""):
    for item in nav:
        [(label, target)] = item.items()
        if isinstance(target, list):
            yield from _listed(target, section or label)
        else:
            yield section, target


def _entry(docs: Path, uri: str, section: str) -> Entry:
    if uri.endswith(".ipynb"):
        front, strip = ipynb.read(docs / uri)["metadata"], None
    else:
        text = read_page(docs / uri)
        front, strip = read_front_matter(text), STRIP.search(text)
    return Entry(uri, section, front["title"], front["description"], strip[1] if strip else "")
