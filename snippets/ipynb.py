"""A notebook, kept with what it printed, sealed like a result, and run again to compare.

They lie in docs/notebooks/. To run one needs PyTorch and nbclient; to read one needs neither.
"""

from __future__ import annotations

import json
import os
from itertools import zip_longest
from pathlib import Path

from snippets.measurement import SCRATCH, Bad, seal, shown, write_atomically

FOLDER = Path("docs") / "notebooks"
FOLD = "solution"  # the tag of a code cell that a reader opens only after an attempt
CELL_METADATA = ("alt", "jupyter", "tags")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def list_notebooks(root: Path) -> list[Path]:
    """Every notebook of a checkout, in a stable order."""
    return sorted((root / FOLDER).glob("[!.]*.ipynb"))


def read(path: Path) -> dict:
    """A notebook as a mapping; Bad when the file holds none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Bad(
            f"{shown(path)}:{getattr(error, 'lineno', 1)}: not a notebook ({error}); restore it"
        ) from error
    if (
        not isinstance(found, dict)
        or found.get("nbformat") != 4
        or not all("id" in cell for cell in found.get("cells", [{}]))
    ):
        raise Bad(
            f"{shown(path)}:1: not a notebook of format 4.5, in which each cell has an id; save it with a newer Jupyter"
        )
    return found


def joined(text: list[str] | str) -> str:
    """The text of a cell or an output, which a notebook keeps whole or as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def printed(output: dict) -> dict[str, str]:
    """What one output holds, by MIME type; a stream is plain text under its own name."""
    if output["output_type"] == "stream":
        return {output["name"]: joined(output["text"])}
    if output["output_type"] == "error":
        return {"error": f"{output['ename']}: {output['evalue']}"}
    return {kind: joined(data) for kind, data in output["data"].items()}


def outputs(cell: dict) -> list[dict[str, str]]:
    """What a cell put out; an image's plain-text stand-in is left out."""
    found = [printed(output) for output in cell.get("outputs", [])]
    return [{k: v for k, v in one.items() if k != "text/plain" or len(one) == 1} for one in found]


def fingerprint(notebook: dict) -> str:
    """The seal over all code and all that it put out, with the versions that ran it."""
    code = [
        [joined(cell["source"]), outputs(cell)]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    return seal({"code": code, "versions": notebook["metadata"].get("ran", {}).get("versions")})


def run(path: Path) -> dict:
    """Run every cell in order in a fresh kernel on one thread; returns the notebook with what was put out.

    Raises Bad with the cell's id when one fails.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    read(path)
    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    own = {
        f"JUPYTER_{kind}_DIR": str(SCRATCH / "jupyter") for kind in ("RUNTIME", "DATA", "CONFIG")
    }
    own["IPYTHONDIR"] = str(SCRATCH / "ipython")
    os.environ.update(
        own
    )  # what is set up in a reader's home decides nothing, and nothing is written there
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=300, record_timing=False, resources=place
    )
    try:
        client.execute(env=os.environ | {"OMP_NUM_THREADS": "1"}, transport_encryption="auto")
    except CellExecutionError as error:
        cell = next(
            c for c in notebook.cells if any(o.output_type == "error" for o in c.get("outputs", []))
        )
        raise Bad(
            f"{shown(path)}:1: the cell `{cell.id}` fails: {error.ename}: {error.evalue}"
        ) from error
    return notebook


def write(path: Path, notebook: dict, versions: dict[str, str]) -> str:
    """Seal a notebook that just ran and write it, without anything that changes from run to run; returns 'new', 'changed' or ''."""
    before = path.read_text(encoding="utf-8")
    kept = {
        k: notebook["metadata"][k]
        for k in ("title", "description", "given")
        if k in notebook["metadata"]
    }
    content = {
        "cells": [_bare(cell) for cell in notebook["cells"]],
        "metadata": kept
        | {
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
            "ran": {"versions": versions},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    content["metadata"]["ran"]["seal"] = fingerprint(content)
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if text != before:
        write_atomically(path, text)
    return "" if text == before else "changed" if '"seal"' in before else "new"


def _bare(cell: dict) -> dict:
    kept = {
        "cell_type": cell["cell_type"],
        "id": cell["id"],
        "source": joined(cell["source"]).splitlines(keepends=True),
    }
    kept["metadata"] = {k: cell["metadata"][k] for k in CELL_METADATA if cell["metadata"].get(k)}
    if cell["cell_type"] == "code":
        kept |= {
            "execution_count": cell["execution_count"],
            "outputs": [_bare_output(o) for o in _merged(cell["outputs"])],
        }
    return kept


def _merged(found: list[dict]) -> list[dict]:
    """A stream that arrived in pieces, as one."""
    merged: list[dict] = []
    for output in found:
        if (
            merged
            and output["output_type"] == merged[-1]["output_type"] == "stream"
            and output["name"] == merged[-1]["name"]
        ):
            merged[-1] = dict(merged[-1], text=joined(merged[-1]["text"]) + joined(output["text"]))
        else:
            merged.append(dict(output))
    return merged


def _bare_output(output: dict) -> dict:
    if output["output_type"] == "stream":
        return {
            "name": output["name"],
            "output_type": "stream",
            "text": joined(output["text"]).splitlines(keepends=True),
        }
    data = {
        k: joined(v).splitlines(keepends=True)
        for k, v in output["data"].items()
        if k != "text/plain" or len(output["data"]) == 1
    }
    data = {k: "".join(v).strip() if k == "image/png" else v for k, v in data.items()}
    return {k: v for k, v in output.items() if k in ("output_type", "execution_count")} | {
        "data": data,
        "metadata": {},
    }


def differences(old: dict, new: dict) -> list[str]:
    """How what a second run printed differs, by cell: each line that is another one. Pictures are not compared."""
    found = []
    for was, now in zip(old["cells"], new["cells"], strict=True):
        before, after = (
            outputs(dict(cell, outputs=_merged(cell.get("outputs", [])))) for cell in (was, now)
        )
        if [sorted(o) for o in before] != [sorted(o) for o in after]:
            found.append(
                f"{was['id']}: put out {[sorted(o) for o in before]}, now {[sorted(o) for o in after]}"
            )
            continue
        pairs = [
            (o[k], n[k])
            for o, n in zip(before, after, strict=True)
            for k in o
            if not k.startswith("image/")
        ]
        found += [
            f"{was['id']}: `{a.strip()}` is now `{b.strip()}`"
            for pair in pairs
            for a, b in zip_longest(*(text.splitlines() for text in pair), fillvalue="")
            if a != b
        ]
    return found
