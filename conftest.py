"""In what order files are tested, and where; a page's block runs alone, and fails with type, page and line."""

import os
import sys

import pytest

# the blocks are small, and files are tested side by side
os.environ.setdefault("OMP_NUM_THREADS", "1")

from snippets.programs import FORKS
from tests.support.apart import Apart, cause

LONG = [
    f"tests/{room}/test_{name}.py"
    for room, name in (
        ("site", "serve"),
        ("numbers", "measurements"),
        ("site", "every_page"),
        ("claims", "claims"),
        ("site", "publishing"),
        ("lab", "gradient_lab"),
        ("site", "widget_states"),
        ("site", "site"),
        ("pages", "figures"),
        ("pages", "notebooks"),
        ("doctor", "doctor"),
        ("lab", "recurrent_lab"),
    )
]
# these look at the site built for an address
PUBLISHED = (
    "tests/site/test_publishing.py",
    "tests/site/test_zensical.py",
    "tests/site/test_embedding.py",
)


def pytest_collection_modifyitems(items):
    """Files that take long come first, so that the workers end together."""
    rank = {file: number for number, file in enumerate(LONG)}
    # the pages together take as long as the claims
    rest = {True: rank["tests/claims/test_claims.py"], False: len(LONG)}
    items.sort(
        key=lambda item: rank.get(item.nodeid.partition("::")[0], rest[item.path.suffix == ".md"])
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A worker gets whole files; those for which a site is built of their own go to one worker, so that it is built once.

    So do the pages, whose blocks are forked from one process.
    """
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return PUBLISHED[0] if file in PUBLISHED else "pages" if file.endswith(".md") else file

    return Files(config, log)


def pytest_runtest_setup(item):
    """A block, or a program that a lab wrote, may have made float64 the default before."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_default_dtype(sys.modules["torch"].float32)


apart = Apart()


def pytest_itemcollected(item):
    """A block runs in a fork of its own, where there is one."""
    if FORKS and item.path.suffix == ".md":
        item.runtest = lambda: apart.run(item.name, item.obj)


def pytest_sessionfinish():
    """No block comes any more."""
    apart.end()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """pytest-codeblocks shows the message alone; add type, page and line."""
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is None or item.path.suffix != ".md" or report.when != "call":
        return
    kind, line = cause(call.excinfo.value)
    report.longrepr = f"{item.path}:{item.obj.lineno + line}: {kind}\n{report.longrepr}"
