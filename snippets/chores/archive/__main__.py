"""python -m snippets.chores.archive: the offline edition of this checkout, as archive/where-the-gradient-goes-<version>.zip."""

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import yaml

from snippets.chores.archive import edition
from snippets.measurement import ROOT, Bad


def main() -> int:
    """Exit code 0 when the archive is written, 1 when the site could not be built."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    released = str(
        yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["date-released"]
    )
    name = f"where-the-gradient-goes-{version}"
    (ROOT / "archive").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        site, folder = Path(scratch) / "site", Path(scratch) / name
        try:
            build(site, int(edition.day(released).timestamp()))
            edition.make(site, folder, version)
            edition.pack(folder, ROOT / "archive" / f"{name}.zip", released)
        except Bad as bad:
            print(bad, file=sys.stderr)
            return 1
    return 0


def build(site: Path, epoch: int) -> None:
    """The site as it is, without an address or a repository to link to, dated by the release."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        os.fspath(site),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"SITE_URL": "", "REPO_URL": "", "SOURCE_DATE_EPOCH": str(epoch)},
    )
    if done.returncode:
        raise Bad(
            "the site could not be built; the reason stands above, and `make check` names the lines"
        )


if __name__ == "__main__":
    sys.exit(main())
