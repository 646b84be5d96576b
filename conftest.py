"""Code blocks of pages share one process: each starts with PyTorch's own default dtype, and fails with type, page and line."""

import os
import sys
import traceback

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the blocks are small, and files are tested side by side


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
