"""In what order files are tested, and where; a block fails with type, page and line.

Code blocks of pages share one process: each starts with PyTorch's own default dtype.
"""

import os
import sys
import traceback

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the blocks are small, and files are tested side by side

LONG = [f"tests/test_{name}.py" for name in (
    "serve", "measurements", "open", "claims", "found", "gradient_lab", "states", "site", "figures", "labs", "blocks", "doctor",
    "recurrent_lab")]
PUBLISHED = ("tests/test_found.py", "tests/test_successor.py", "tests/test_teachers.py")  # these look at the site built for an address


def pytest_collection_modifyitems(items):
    """Files that take long come first, so that the workers end together."""
    rank = {file: number for number, file in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A worker gets whole files; those for which a site is built of their own go to one worker, so that it is built once."""
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return PUBLISHED[0] if file in PUBLISHED else file

    return Files(config, log)


def pytest_runtest_setup(item):
    """A block, or a program that a lab wrote, may have made float64 the default before."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_default_dtype(sys.modules["torch"].float32)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """pytest-codeblocks shows the message alone; add type, page and line."""
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is None or item.path.suffix != ".md" or report.when != "call":
        return
    cause = call.excinfo.value.__context__ or call.excinfo.value
    inside = [f.lineno for f in traceback.extract_tb(cause.__traceback__) if f.filename == "<string>"]
    line = item.obj.lineno + (inside[-1] if inside else 0)
    report.longrepr = f"{item.path}:{line}: {type(cause).__name__}\n{report.longrepr}"
