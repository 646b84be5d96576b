"""What a build costs beside the same Markdown under plain Material, as ratios in one run: python -m snippets.chores.time_builds

Not a test: a clock's answer depends on the machine and on what else runs there. Three ways are timed, always the two sites in turns:
cold, a process that finds no cache and draws every figure; warm, a process as an author or a workflow starts it; and again, the next
build of a process that goes on, which is what `make serve` does after each edit. Then the same for a site of many more pages.
"""

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from snippets.measurement import ROOT
from tests.conftest import PARTS

ROUNDS = 5
SIZES = (125, 250, 500)
COPIED = (
    "fix/clipping",
    "understand/jacobians",
    "fix/gating",
    "understand/exploding",
    "fix/activations",
    "understand/the-whisper-game",
)
OURS = (
    r"^hooks: .*\n",
    r"^  - snippets\.weave\.extension\n",
    r"^extra_css: .*\n",
    r"^extra_javascript:\n(  .*\n)+",
    r"^  custom_dir: .*\n",
    r"^watch: .*\n",
    r"^  - mkdocs-jupyter: .*\n",
)
TWICE = """
import sys, time
from mkdocs.commands import build
from mkdocs.config import load_config
for _ in range(2):
    start = time.process_time()
    config = load_config("mkdocs.yml", site_dir=sys.argv[1])
    config.plugins.on_startup(command="serve", dirty=False)
    build.build(config)
print(time.process_time() - start)
"""


def staged(folder: Path, pages: int = 0) -> Path:
    """A copy of the sources, with copies of pages until there are so many."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    have = sum(path.suffix in (".md", ".ipynb") for path in (folder / "docs").rglob("*"))
    for number in range(pages - have):
        page = folder / "docs" / f"{COPIED[number % len(COPIED)]}.md"
        page.with_name(f"{page.stem}-{number}.md").write_bytes(page.read_bytes())
    return folder


def plain(folder: Path) -> Path:
    """Leave MkDocs and Material: no hook, no extension, no template, style or script of ours, and no notebook."""
    path = folder / "mkdocs.yml"
    text = path.read_text(encoding="utf-8")
    for ours in OURS:
        text, found = re.subn(ours, "", text, flags=re.MULTILINE)
        assert found == 1, f"mkdocs.yml has no {ours}"
    text = re.sub(r"^ +- .*\.ipynb\n", "", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    shutil.rmtree(folder / "docs" / "notebooks")
    return folder


def run(folder: Path, *command: str) -> tuple[float, str]:
    """Processor seconds of a process and of those that it starts, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(folder), "NO_MKDOCS_2_WARNING": "1"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr[-2000:]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def cold(folder: Path, site: str) -> float:
    """A build that finds no cache: every figure, card and face is drawn."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return warm(folder, site)


def warm(folder: Path, site: str) -> float:
    """A build that draws only what changed."""
    return run(folder, "-m", "mkdocs", "build", "--quiet", "--site-dir", site)[0]


def again(folder: Path, site: str) -> float:
    """The second build of one process."""
    return float(run(folder, "-c", TWICE, site)[1].splitlines()[-1])


def compared(ways, ours: Path, theirs: Path) -> None:
    """Time both sites in turns, and print the median of each and that of the ratios."""
    with tempfile.TemporaryDirectory() as site:
        for way in ways:
            pairs = [(way(ours, site), way(theirs, site)) for _ in range(ROUNDS)]
            mine, other = (statistics.median(p) for p in zip(*pairs, strict=True))
            ratios = sorted(a / b for a, b in pairs)
            print(
                f"  {way.__name__:6} ours {mine:6.1f} s  plain {other:6.1f} s  "
                f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})",
                flush=True,
            )


def main() -> None:
    """Print the ratios of the three ways, then those of a warm and a repeated build for larger sites."""
    for pages in (0, *SIZES):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            ours, theirs = staged(Path(one), pages), plain(staged(Path(other), pages))
            print(f"{pages} pages" if pages else "the site as it is", flush=True)
            compared([warm, again] if pages else [cold, warm, again], ours, theirs)


if __name__ == "__main__":
    main()
