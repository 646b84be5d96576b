"""Notebooks as pages: each becomes Markdown of this site, so that the same extensions, checks and styles serve it."""

from __future__ import annotations

import base64
import io
import struct

import yaml
from PIL import Image

from snippets.ipynb import FOLD, joined, outputs

TEXTS = ("stdout", "text/plain")
COLORS = 32
DOWNLOADS = "code/notebooks"
KINDS = (("Notebook", "ipynb"), ("Script", "py"))
Place = tuple[int, int]  # index of a cell, line of its source


def as_markdown(notebook: dict, name: str) -> str:
    """The page of a notebook in this site's Markdown, front matter first."""
    return "\n".join(text for text, _ in place_lines(notebook, name)) + "\n"


def place_lines(notebook: dict, name: str) -> list[tuple[str, Place | None]]:
    """Every line of the page, with the place it was written in."""
    front = {
        k: notebook["metadata"][k]
        for k in ("title", "description", "given")
        if k in notebook["metadata"]
    }
    head = yaml.safe_dump(dict(front), allow_unicode=True, width=9999).splitlines()
    lines: list[tuple[str, Place | None]] = [(row, None) for row in ("---", *head, "---", "")]
    for at, cell in enumerate(notebook["cells"]):
        source = list(enumerate(joined(cell["source"]).split("\n")))
        if cell["cell_type"] == "markdown":
            lines += _prose(source, at, name)
        elif cell["cell_type"] == "code":
            lines += _code(cell, source, at, name)
    return lines


def _prose(source: list[tuple[int, str]], at: int, name: str) -> list[tuple[str, Place | None]]:
    """A cell of text as it stands; under the title, its first paragraph leads and the downloads follow."""
    lines: list[tuple[str, Place | None]] = [(text, (at, number)) for number, text in source] + [
        ("", None)
    ]
    if not source[0][1].startswith("# "):
        return lines
    end = next(i for i, (text, _) in enumerate(lines) if i > 1 and lines[i - 1][0] and not text)
    offered = " ".join(
        f'[{label}](../{DOWNLOADS}/{name}.{kind}){{download="{name}.{kind}"}}'
        for label, kind in KINDS
    )
    return [
        *lines[:end],
        ("{.lead}", None),
        ("", None),
        (offered, None),
        ("{.block__get}", None),
        *lines[end:],
    ]


def _code(
    cell: dict, source: list[tuple[int, str]], at: int, name: str
) -> list[tuple[str, Place | None]]:
    """A cell of code with what it put out, folded where it is a solution."""
    shown = [(text, (at, number)) for number, text in source]
    lines: list[tuple[str, Place | None]] = [("```python", None), *shown, ("```", None), ("", None)]
    drawn = 0
    for output in outputs(cell):
        text = next((output[kind] for kind in TEXTS if kind in output), None)
        if text is not None:
            lines += [(row, None) for row in ("```text", *text.rstrip("\n").split("\n"), "```", "")]
        elif "image/png" in output:
            width, height = _size(output["image/png"])
            alt, picture = cell["metadata"].get("alt", ""), _image(cell, drawn)
            lines += [
                (
                    f"![{alt}]({name}/{picture}){{.notebook-plot loading=lazy width={width} height={height}}}",
                    (at, 0),
                ),
                ("", None),
            ]
            drawn += 1
    if FOLD not in cell["metadata"].get("tags", []):
        return lines
    return [
        ('??? question "Solution"', None),
        *((f"    {text}" if text else "", place) for text, place in lines),
    ]


def _image(cell: dict, number: int) -> str:
    return f"{cell['id']}{f'-{number + 1}' if number else ''}.png"


def _size(encoded: str) -> tuple[int, int]:
    """Width and height of a PNG as its head gives them."""
    return struct.unpack(">II", base64.b64decode(encoded)[16:24])


def read_pictures(notebook: dict) -> dict[str, str]:
    """The pictures of a notebook by file name, as they stand in the notebook."""
    found = {}
    for cell in notebook["cells"]:
        pngs = [output["image/png"] for output in outputs(cell) if "image/png" in output]
        found |= {_image(cell, number): png for number, png in enumerate(pngs)}
    return found


def shrink(encoded: str) -> bytes:
    """A picture in as many colors as a chart needs: a third of the bytes."""
    image, scrap = Image.open(io.BytesIO(base64.b64decode(encoded))), io.BytesIO()
    image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(
        scrap, "PNG", optimize=True
    )
    return scrap.getvalue()


def as_script(notebook: dict) -> bytes:
    """The notebook as one Python file; its text stands in comments, in the form that editors show as cells."""
    parts = []
    for cell in notebook["cells"]:
        source = joined(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(f"# %%\n{source}\n")
        else:
            parts.append(
                "# %% [markdown]\n"
                + "".join(f"# {line}".rstrip() + "\n" for line in source.split("\n"))
            )
    return "\n".join(parts).encode()
