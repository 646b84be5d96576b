"""Asks the network in the page: its modules run in Node as they stand, and the PyTorch programs it writes run here."""

import contextlib
import functools
import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from snippets.measurement import ROOT, Bad
from snippets.programs import node

SCRIPTS = ROOT / "docs" / "assets" / "javascripts"
READ = (
    'import { readFileSync } from "node:fs";\nconst GIVEN = JSON.parse(readFileSync("given.json", "utf8"));\n'
    "const told = (key, value) => ArrayBuffer.isView(value) ? [...value] : value;\n"
    "const tell = (answer) => console.log(JSON.stringify(answer, (key, value) => { const t = told(key, value);\n"
    '  return typeof t === "number" && !Number.isFinite(t) ? String(t) : t; }));\n'
)


def ask(program: str, given=None, beside: dict[str, bytes] | None = None):
    """What a JavaScript program calls `tell` with; it may import "./lab/….js" and finds `given` as the constant GIVEN.

    beside: {"lab/….js": content} of the modules that only the build writes.

    Numbers that are not finite come as the strings NaN, Infinity and -Infinity. Raises Bad when the program fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
        for name, content in (beside or {}).items():
            (folder / name).write_bytes(content)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        (folder / "main.js").write_text(READ + program, encoding="utf-8")
        done = subprocess.run(
            [node(), "main.js"],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )
    if done.returncode:
        raise Bad(f"docs/assets/javascripts: a module fails: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


@functools.cache
def presets() -> dict:
    """The lab's presets: {key: {"name", "look", "ask", "settings": every setting}}."""
    return ask(
        'import { PRESETS } from "./lab/presets.js"; import { defaults } from "./lab/settings.js";\n'
        "tell(Object.fromEntries(Object.entries(PRESETS).map(([key, it]) => "
        "[key, { ...it, settings: { ...defaults(), ...it.settings } }])));"
    )


def programs(settings: list[dict]) -> list[str]:
    """The PyTorch program that the lab writes for each of these settings."""
    return ask(
        'import { pytorch } from "./lab/script.js"; tell(GIVEN.map((settings) => pytorch(settings)));',
        settings,
    )


def run(program: str) -> dict:
    """The names that a program leaves behind: signal and weight are its norms for layer 1 to the last."""
    import torch

    before = torch.get_default_dtype()
    names: dict = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, "<the lab's program>", "exec"), names)
    finally:
        torch.set_default_dtype(before)
    return names
