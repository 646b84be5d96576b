"""Writes woven pages: all or none, one weaver at a time, each file whole."""

from __future__ import annotations

import stat
from pathlib import Path

from filelock import FileLock, Timeout

from snippets import ipynb
from snippets.measurement import SCRATCH, Bad, shown, write_atomically
from snippets.weave.numbers import book as books
from snippets.weave.pages import notebooks
from snippets.weave.pages.weaving import Fault, list_pages, read_page, weave
from snippets.weave.publish import readme
from snippets.weave.site import addresses, emitted


def write_pages(root: Path) -> list[Fault]:
    """Weave every page; with a single fault anywhere nothing is written."""
    SCRATCH.mkdir(exist_ok=True)
    try:
        with FileLock(SCRATCH / "weave.lock", timeout=0):
            return _write(root)
    except Timeout as error:
        raise Bad(
            "another weaver is at work in this checkout; wait until it has finished"
        ) from error


def _write(root: Path) -> list[Fault]:
    book = books.load(root)
    faults, changed, texts = [], [], {}
    for path in list_pages(root):
        before = read_page(path)
        woven = weave(path, before, book)
        faults += woven.faults
        texts[path] = woven.text
        if woven.text != before:
            changed.append((path, woven.text))
            if not path.stat().st_mode & stat.S_IWUSR:
                faults.append(
                    Fault(
                        path,
                        1,
                        "the file is read-only; make it writable (chmod u+w) and weave again",
                    )
                )
    if not faults:
        picture = readme.draw(book)
        if not readme.is_current(root, picture):
            changed.append((root / readme.PATH, picture))
        for path, text in changed:
            write_atomically(path, text)
            print(f"{shown(path)}: woven")
        texts |= {
            path: notebooks.as_markdown(ipynb.read(path), path.stem)
            for path in ipynb.list_notebooks(root)
        }
        if changed:
            return _write(root)  # a page that gathers from others follows what they say now
        addresses.extend(root / "docs", texts, emitted.declare(book))
    return faults
