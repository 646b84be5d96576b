"""A scratch copy of the checkout, the built site and a browser, for the tests that need them."""

import contextlib
import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from snippets.measurement import ROOT
from snippets.weave.check import checking
from snippets.weave.numbers.book import load
from snippets.weave.pages.regions import LISTS
from snippets.weave.pages.weaving import list_pages
from snippets.weave.site import frames
from tests.support.browser import FLAGS, installed

settings.register_profile(
    "no clock decides", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("no clock decides")

PATIENCE = 900  # seconds for what takes a few on an idle machine, and should not fail on a busy one
REPO = "https://example.org/authors/gradient"
PARTS = ("snippets", "docs", "overrides", "tests", "README.md", "mkdocs.yml", "pyproject.toml")


@pytest.fixture(scope="session")
def copied(tmp_path_factory):
    """A copy of the sources, and what each of its files was like."""
    root = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        source, target = ROOT / part, root / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "fonts"))
        else:
            shutil.copy2(source, target)
    return (
        root,
        listing(root),
        {path: path.read_bytes() for path in root.rglob("*") if path.is_file()},
    )


@pytest.fixture
def checkout(copied):
    """The copy, which a test may break; afterwards it is as it was."""
    root, before, contents = copied
    yield root
    for path in sorted(
        changed(root, before), reverse=True
    ):  # what lies in a folder before the folder
        if path in contents:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(contents[path])
            mode, _, time_ns = before[path]
            path.chmod(mode)
            os.utime(path, ns=(time_ns, time_ns))
            Path(cache_from_source(path)).unlink(
                missing_ok=True
            )  # it knows a source by seconds and size
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    assert changed(root, before) == set()


def listing(root: Path) -> dict[Path, tuple]:
    """Mode, size and time of change of every file, and the mode of every folder; what Python compiled is left out."""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found |= {Path(folder, name): (os.stat(f"{folder}/{name}").st_mode,) for name in folders}
        found |= {
            Path(folder, name): (it.st_mode, it.st_size, it.st_mtime_ns)
            for name in files
            for it in [os.stat(f"{folder}/{name}")]
        }
    return found


def changed(root: Path, before: dict[Path, tuple]) -> set[Path]:
    """The files and folders that are new, gone, or no longer as they were."""
    return {path for path, _ in before.items() ^ listing(root).items()}


@pytest.fixture
def small(checkout, site):
    """The copy with three pages and the figures that they show, faces, figures and cards drawn: to build it takes a second or two."""
    pages_kept = [
        checkout / "docs" / name
        for name in ("index.md", "understand/index.md", "about/changelog.md")
    ]
    shown = "".join(page.read_text(encoding="utf-8") for page in pages_kept)
    scripts = [
        path
        for path in (checkout / "snippets/figures").glob("[!_]*.py")
        if f"<!-- figure: {path.stem} -->" not in shown and path.stem not in frames.FIGURES.values()
    ]
    for path in {
        *(checkout / "docs").rglob("*.md"),
        *(checkout / "docs").rglob("*.ipynb"),
        *scripts,
    } - {*pages_kept}:
        path.unlink()
    config = checkout / "mkdocs.yml"
    text = (
        config.read_text(encoding="utf-8").partition("\nnav:")[0].replace("warn", "ignore")
    )  # most links lead to what is gone
    config.write_text(
        f"{text}\nnav: [Home: index.md, Understand: [The explainer: understand/index.md], "
        "About: [Changelog: about/changelog.md]]\n",
        encoding="utf-8",
    )
    for part in (".cache/figures", ".cache/social", "docs/assets/fonts"):
        shutil.copytree(ROOT / part, checkout / part)
    return checkout


@pytest.fixture(scope="session")
def judged(copied):
    """What `make check` made of each page of the copy, before any test changed something."""
    book = load(copied[0])
    return {path: checking.check_page(path, book) for path in list_pages(copied[0])}


@pytest.fixture
def faults(checkout, copied, judged, monkeypatch):
    """A function that returns all that `make check` says of the copy.

    It runs in this process, and a page is judged again unless nothing but other pages was changed, from which it takes nothing.
    """
    judge = checking.check_page
    lists = re.compile(rf"<!-- ({'|'.join(LISTS)}) -->")

    def said() -> str:
        touched = {
            path for path in changed(checkout, copied[1]) if path.is_file() or not path.exists()
        }
        only_pages = all(path.suffix in (".md", ".ipynb") for path in touched)

        def again(path, book):
            taken = (
                not only_pages
                or path in touched
                or lists.search(path.read_text(encoding="utf-8", errors="replace"))
            )
            return judge(path, book) if taken else judged[path]

        monkeypatch.setattr(checking, "check_page", again)
        return "\n".join(
            str(fault).replace(f"{checkout}/", "") for fault in checking.check(checkout)
        )

    return said


def run_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a module of the copy, not of the checkout."""
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "NO_MKDOCS_2_WARNING": "1",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The strictly built site of this checkout. One worker builds it, the others wait for it; nobody writes into it."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    target, made = shared / "built" / "site", shared / "built" / "made"
    with FileLock(shared / "built.lock"):
        if not target.exists():
            done = run_in(ROOT, "mkdocs", "build", "--strict", "--site-dir", str(made))
            assert done.returncode == 0, done.stderr
            made.rename(target)
    return target


class _Quiet(http.server.SimpleHTTPRequestHandler):
    under = "/"  # the path that the site stands at; outside it there is nothing

    def log_message(self, *_):
        pass

    def translate_path(self, path):
        if not path.startswith(self.under):
            return os.devnull + "/outside"
        return super().translate_path("/" + path.removeprefix(self.under))

    def send_error(self, code, message=None, explain=None):
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.exists():
            return super().send_error(code, message, explain)
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.read_bytes())


@contextlib.contextmanager
def served(folder: Path, under: str = "/"):
    """A folder served on loopback, at the root or in a sub-path."""
    handler = type("Handler", (_Quiet,), {"under": under})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{under.rstrip('/')}"
    server.shutdown()


@pytest.fixture(scope="session")
def address(site) -> str:
    """The built site served on loopback."""
    with served(site) as place:
        yield place


@dataclass(frozen=True)
class Published:
    """The site built for an address of its own in a sub-path, where it is served."""

    url: str
    folder: Path

    def read(self, name: str) -> str:
        """The text of one of its files."""
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def published(tmp_path_factory, site) -> Published:
    """The strictly built site of this checkout as its address and its repository's are set; served on loopback.

    It waits for the plain one, so that figures and cards are drawn once.
    """
    root = tmp_path_factory.mktemp("published")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root))
    )
    made = Published(f"http://127.0.0.1:{server.server_port}/gradient/", root / "gradient")
    done = run_in(
        ROOT,
        "mkdocs",
        "build",
        "--strict",
        "--site-dir",
        str(made.folder),
        SITE_URL=made.url,
        REPO_URL=REPO,
    )
    assert done.returncode == 0, done.stderr
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """An installed Chrome or Chromium; without one this is an error, never a skip."""
    from playwright.sync_api import Page, sync_playwright

    path = installed()
    assert path, "no Chrome or Chromium: `make test` says how to get one"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        plain = opened.new_context
        opened.new_context = lambda **more: _watched(plain(**more))
        Page.wait_for_function = _wait_for
        yield opened
        opened.close()


refused: list[str] = []  # what a page's Content-Security-Policy kept from running or loading


def _watched(context):
    context.set_default_timeout(120_000)  # a page may wait long on a busy machine
    context.on(
        "console",
        lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None,
    )
    return context


def _wait_for(page, expression: str, *, arg=None, timeout: float = 60_000) -> None:
    """Playwright's own wait compiles text inside the page, which the policy forbids; this one asks from outside until it holds."""
    from playwright.sync_api import Error

    until = time.monotonic() + timeout / 1000
    while time.monotonic() < until:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as error:
            if "context was destroyed" not in error.message:  # a page that is just leaving
                raise
        page.wait_for_timeout(20)
    raise AssertionError(f"after {timeout / 1000:g} s still not: {expression}")


@pytest.fixture(autouse=True)
def within_the_policy(request):
    """Whatever a test does in the browser, the site's own policy refuses none of it."""
    yield
    if "browser" in request.fixturenames:
        seen, refused[:] = list(refused), []
        assert seen == []
