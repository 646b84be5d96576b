"""The offline edition: the built site with links that name files, so that it can be read from disk, in one archive."""

from __future__ import annotations

import datetime
import json
import posixpath
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote

from snippets.measurement import Bad, shown

HERE = Path(__file__).parent
SCRIPTS = "assets/javascripts"
START = f"{SCRIPTS}/start.js"
SHIM = HERE / "vendor" / "iframe-worker-1.0.4.js"
LEFT_OUT = (
    "404.html",
    "*.map",
    "sitemap.xml.gz",
)  # a server's page for lost addresses, and what only tools read

TAG = re.compile(r"<[a-z][^>]*>")
HREF = re.compile(r'(\s(?:href|src|data-guide)="|\scontent="0; url=)([^"]*)(")')
MODULE = re.compile(
    r'[ \t]*<script\b(?=[^>]*\btype="module")[^>]*\bsrc="([^"]*)"[^>]*></script>\n?'
)
PRELOAD = re.compile(r'[ \t]*<link\b(?=[^>]*\brel="(?:module)?preload")[^>]*>\n?')
POLICY = re.compile(
    r'[ \t]*<meta\b(?=[^>]*\bhttp-equiv="Content-Security-Policy")[^>]*>\n?', re.IGNORECASE
)
CARD = re.compile(r'("reference":"[^"#]*/)(?=#|")')
THEME = re.compile(r'[ \t]*<script\b[^>]*\bsrc="[^"]*/bundle[^"/]*\.js"[^>]*></script>|</body>')
INSTANT = re.compile(
    r'"navigation\.instant[\w.]*", ?'
)  # from disk the theme would never say that the page is there
WORKER = (
    f"{SCRIPTS}/search.js?workers/",
    f"{SCRIPTS}/workers/",
)  # ours fetches, which a page from disk can't
IMPORTED = re.compile(r'\bfrom "(\.[^"]+)"')


def make(site: Path, target: Path, version: str) -> None:
    """Copy a built site into a new folder and make it readable from disk."""
    shutil.copytree(site, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in sorted(target.rglob("*.html")):
        path.write_text(
            page(path.read_text(encoding="utf-8"), path.relative_to(target).as_posix(), target),
            encoding="utf-8",
        )
    (target / START).write_text(start(target / SCRIPTS), encoding="utf-8")
    _search(target / "search")
    text = (HERE / "README.txt").read_text(encoding="utf-8")
    (target / "README.txt").write_text(text.format(version=version), encoding="utf-8")


def page(text: str, place: str, site: Path) -> str:
    """A page whose links name files, and which starts from disk: no modules, nothing fetched ahead, no policy about origins."""
    text = PRELOAD.sub("", POLICY.sub("", text)).replace(*WORKER)
    text = TAG.sub(
        lambda tag: HREF.sub(lambda m: f"{m[1]}{named(m[2], place, site)}{m[3]}", tag[0]), text
    )
    text = INSTANT.sub("", CARD.sub(r"\1index.html", text))
    modules = [source.removeprefix(_up(place, SCRIPTS) + "/") for source in MODULE.findall(text)]
    if not modules:
        return text
    begin = f'<script src="{_up(place, START)}" data-modules="{" ".join(modules)}"></script>\n'
    return THEME.sub(lambda m: begin + m[0], MODULE.sub("", text), count=1)


def _up(place: str, target: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(place) or ".")


def named(link: str, place: str, site: Path) -> str:
    """A link to a folder as a link to the page in it; any other as it is."""
    path, hash_, anchor = link.partition("#")
    if not path or re.match(r"[a-z]+:|//", path):
        return link
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(path)))
    if not (site / inside).is_dir():
        return link
    return (
        posixpath.join(path.removeprefix("./") if path != "." else "", "index.html")
        + hash_
        + anchor
    )


def start(scripts: Path) -> str:
    """The script that runs the pages' modules from disk, all but the labs', and search by way of a frame in place of a worker."""
    sources = {
        p.relative_to(scripts).as_posix(): p.read_text(encoding="utf-8")
        for p in sorted(scripts.rglob("*.js"))
        if not p.relative_to(scripts)
        .as_posix()
        .startswith(("lab/", "lunr/", "workers/", "bundle.", "search.js"))
    }
    listed = json.dumps([[path, sources[path]] for path in in_order(sources)], ensure_ascii=False)
    shim = (HERE / "vendor" / "iframe-worker-LICENSE.txt").read_text(encoding="utf-8")
    return f"/* {SHIM.stem}\n{shim}*/\n{SHIM.read_text(encoding='utf-8')}\n{_launcher(listed)}"


def _launcher(modules: str) -> str:
    return (
        (HERE / "start.js")
        .read_text(encoding="utf-8")
        .replace("fromDisk(MODULES)", f"fromDisk({modules})")
    )


def in_order(sources: dict[str, str]) -> list[str]:
    """The modules, each after those it imports; Bad when one imports what is not among them."""
    done: list[str] = []

    def add(path: str, way: tuple[str, ...]) -> None:
        if path in way or path not in sources:
            fault = (
                "imports itself in the end"
                if path in way
                else f"imports {path}, which does not run from disk"
            )
            raise Bad(f"docs/{SCRIPTS}/{way[-1]}:1: {fault}; the offline edition can't have it")
        for target in IMPORTED.findall(sources[path]):
            other = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if other not in done:
                add(other, (*way, path))
        if path not in done:
            done.append(path)

    for path in sources:
        add(path, ())
    return done


def _search(folder: Path) -> None:
    """The whole index as a script, for the theme reads it so from disk; its addresses name files."""
    (folder / "whole.json").replace(
        folder / "search_index.json"
    )  # here the theme's own worker reads it, at once
    index = json.loads((folder / "search_index.json").read_text(encoding="utf-8"))
    for entry in index["docs"]:
        path, hash_, anchor = entry["location"].partition("#")
        entry["location"] = (
            f"{path}index.html{hash_}{anchor}"
            if not path or path.endswith("/")
            else entry["location"]
        )
    listed = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (folder / "search_index.js").write_text(f"var __index = {listed}", encoding="utf-8")


def day(date: str) -> datetime.datetime:
    """The start of a release's day; Bad when it is none."""
    try:
        return datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.UTC)
    except ValueError as error:
        raise Bad(
            f"CITATION.cff:1: date-released is {date!r}, expected a day such as 2026-11-22"
        ) from error


def pack(folder: Path, target: Path, date: str) -> None:
    """One archive of a folder, the same bytes from the same files: sorted, all of one date, no matter who made them."""
    when = day(date).timetuple()[:6]
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted((p for p in folder.rglob("*") if p.is_file()), key=Path.as_posix):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", when)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            archive.writestr(entry, path.read_bytes())
    part.replace(target)
    print(f"{shown(target)}: {target.stat().st_size:,} bytes")
