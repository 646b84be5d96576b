"""The doctor's limits, causes and their remedies for the page that reads gradients, taken from the recipe's source."""

import ast
import json
from pathlib import Path

from snippets.measurement import Bad, shown

NAMES = ("LIMITS", "CAUSES")
RECIPE = "recipes/gradient_doctor.py"
SCRIPT = "assets/javascripts/doctor/rules.js"


def write_rules(snippets: Path) -> bytes:
    """An ES module that exports the recipe's tables; Bad when one of them is not a literal."""
    path = snippets / RECIPE
    tables = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in NAMES
        ):
            try:
                tables[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError as error:
                raise Bad(
                    f"{shown(path)}:{node.lineno}: {node.targets[0].id} is read without running the file; write it as a literal"
                ) from error
    missing = [name for name in NAMES if name not in tables]
    if missing:
        raise Bad(
            f"{shown(path)}:1: {', '.join(missing)} not found at the top level; the page that reads gradients needs them"
        )
    lines = [
        f"export const {name} = {json.dumps(tables[name], ensure_ascii=False)};" for name in NAMES
    ]
    return ("/* Written by the build from " + RECIPE + ". */\n" + "\n".join(lines) + "\n").encode()
