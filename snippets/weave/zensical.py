"""The same site by Zensical, the successor of Material for MkDocs: python -m snippets.weave.zensical

Zensical reads mkdocs.yml and the same Markdown, but it calls no hook and knows no notebook.
So what the hook does in memory is written into files first: woven pages, generated files, notebooks as Markdown.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from yaml_env_tag import add_env_tag

from snippets import ipynb
from snippets.measurement import ROOT, SCRATCH, Bad, shown
from snippets.weave import publish
from snippets.weave.numbers import book as books
from snippets.weave.numbers.book import Book
from snippets.weave.pages import notebooks
from snippets.weave.pages.weaving import list_pages, read_page, weave
from snippets.weave.publish import outline, plain
from snippets.weave.site import emitted, frames, policy

KNOWN = ("search",)  # plugins that Zensical has, too
STAGED = ("mkdocs-jupyter",)  # plugins whose work is done in the files
COLOR = re.compile(r"\x1b\[[\d;]*m")
NOTEBOOK_LINK = re.compile(r"\]\((?P<page>[\w./-]+)\.ipynb(?=[)#])")


class _Loader(yaml.SafeLoader):
    """Reads `!ENV`, as both builders do."""


add_env_tag(_Loader)


def configuration(root: Path) -> dict:
    """mkdocs.yml as Zensical needs it; Bad for a plugin that it would silently leave out."""
    path = root / "mkdocs.yml"
    text = path.read_text(encoding="utf-8")
    config = yaml.load(text, _Loader)
    plugins = {next(iter(p)) if isinstance(p, dict) else p: p for p in config["plugins"]}
    for name in plugins:
        if name not in KNOWN + STAGED:
            line = next(
                (
                    i
                    for i, row in enumerate(text.splitlines(), 1)
                    if row.strip(" -:").startswith(name)
                ),
                1,
            )
            raise Bad(
                f"{shown(path)}:{line}: Zensical would leave out the plugin {name}; do its work in {shown(Path(__file__))}, "
                "or name it there among those that it knows"
            )
    config["plugins"] = [plugin for name, plugin in plugins.items() if name in KNOWN]
    config["theme"] |= {"variant": "classic"}  # looks as Material does
    config["nav"] = _renamed(config["nav"])
    left = (
        {"hooks"}
        | {name for name in ("site_url", "repo_url") if not config[name]}
        | (set() if config["repo_url"] else {"edit_uri"})
    )
    return {name: value for name, value in config.items() if name not in left}


def _renamed(nav):
    """The nav with each notebook as the page of Markdown that it becomes."""
    if isinstance(nav, list):
        return [_renamed(item) for item in nav]
    return (
        {name: _renamed(item) for name, item in nav.items()}
        if isinstance(nav, dict)
        else nav.replace(".ipynb", ".md")
    )


def stage(root: Path, folder: Path) -> None:
    """Write everything that Zensical reads into an empty folder; Bad when a page is stale or has faults."""
    config, book = configuration(root), books.load(root)
    site_url = config.get("site_url", "")
    shutil.copytree(
        root / "docs", folder / "docs", ignore=shutil.ignore_patterns("*.md", "*.ipynb", ".*")
    )
    shutil.copytree(root / "overrides", folder / "overrides")
    for name, content in {
        **_pages(root, book, site_url),
        **dict(emitted.list_files(book, site_url)),
    }.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "mkdocs.yml").write_text(
        yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


def _pages(root: Path, book: Book, site_url: str) -> dict[str, bytes]:
    """Every page as Markdown by its path under docs/; a notebook is one, and links to one name it so."""
    docs, notes = root / "docs", ipynb.list_notebooks(root)
    found = {}
    for path in (p for p in list_pages(root) if p.is_relative_to(docs)):
        text = read_page(path)
        woven = weave(path, text, book)
        if woven.faults or woven.text != text:
            raise Bad(
                "\n".join(map(str, woven.faults))
                or f"{shown(path)}:1: on disk is older than its sources; run `make weave`"
            )
        found[path] = frames.put_address(text, site_url)
    for path in notes:
        found[path.with_suffix(".md")] = notebooks.as_markdown(ipynb.read(path), path.stem)

    def linked(path: Path, text: str) -> bytes:
        def to_page(match: re.Match) -> str:
            target = Path(os.path.normpath(path.parent / f"{match['page']}.ipynb"))
            return f"]({match['page']}.md" if target in notes else match[0]

        return NOTEBOOK_LINK.sub(to_page, text).encode()

    return {path.relative_to(docs).as_posix(): linked(path, text) for path, text in found.items()}


def build(root: Path, folder: Path) -> Path:
    """Stage and build with Zensical; returns the folder of the site. Whatever was in the folder before is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stage(root, folder)
    path = os.pathsep.join(filter(None, (os.fspath(root), os.environ.get("PYTHONPATH"))))
    # a clean build: it keeps rendered pages by their text, and would not see that an extension or a result changed
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise Bad("Zensical does not build the site:\n" + COLOR.sub("", done.stdout + done.stderr))
    places = {entry.uri: plain.directory(entry.uri) for entry in outline.read_entries(root)}
    publish.finish(
        folder / "site", books.load(root), places, configuration(root).get("site_url", "")
    )
    policy.apply(folder / "site")
    return folder / "site"


def main() -> int:
    """Exit code 0 when the site stands."""
    try:
        site = build(ROOT, SCRATCH / "zensical")
    except Bad as bad:
        print(bad, file=sys.stderr)
        return 1
    print(f"Built with Zensical: python -m http.server --directory {shown(site)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
