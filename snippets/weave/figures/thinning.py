"""Matplotlib's SVG in fewer elements and bytes, drawn the same: a page holds several, and the browser styles every element."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
COMMAND = re.compile(r"([MLCQz])([^MLCQz]*)")
NUMBER = re.compile(r"-?[\d.]+")
TICK = re.compile(r"M \S+ \S+\s+L \S+ \S+\s*")
OPAQUE = {"opacity", "stroke-opacity"}  # where such lines cross, one path looks lighter than two
STRAIGHT = re.compile(rf"(?:{TICK.pattern})+")


def thin(root: ET.Element) -> None:
    """Ticks become one path for each run of them, groups that say nothing go, unturned text says no turn."""
    _unseen(root)
    _ungroup(root)
    _marks(root)
    _ungroup(root)
    for text in root.iter(f"{SVG}text"):
        if text.get("transform", "").startswith("rotate(-0 "):
            del text.attrib["transform"]


def _unseen(root: ET.Element) -> None:
    """The frames of figure and axes have neither fill nor stroke."""
    for parent in root.iter():
        for path in parent.findall(f"{SVG}path"):
            if path.get("fill") == "none" and not any(
                c.startswith("s-") for c in path.get("class", "").split()
            ):
                parent.remove(path)


def _ungroup(parent: ET.Element) -> None:
    """A group without attributes is its children; a group of one with a clip hands it on."""
    for child in list(parent):
        _ungroup(child)
        if child.tag != f"{SVG}g":
            continue
        if not child.attrib:
            at = list(parent).index(child)
            parent[at : at + 1] = list(child)
        elif (
            len(child) == 1
            and set(child.attrib) == {"clip-path"}
            and child[0].tag == f"{SVG}path"
            and not {"clip-path", "transform"} & set(child[0].attrib)
        ):  # a clip on <use> would move with it
            child[0].set("clip-path", child.get("clip-path"))
            parent[list(parent).index(child)] = child[0]


def _marks(root: ET.Element) -> None:
    """A polygon that is used once stands where it is used; straight marks in a row, such as ticks, are one path."""
    uses = [use.get(HREF) for use in root.iter(f"{SVG}use")]
    shapes = {}
    for parent in list(root.iter()):
        for defs in parent.findall(f"{SVG}defs"):
            for path in defs.findall(f"{SVG}path"):
                name, round_ = (
                    f"#{path.get('id')}",
                    re.search("[CQ]", path.get("d", "")),
                )  # a small circle's tenths are from its middle
                if (uses.count(name) == 1 and not round_) or TICK.fullmatch(path.get("d", "")):
                    shapes[name] = path
                    defs.remove(path)
            if not len(defs):
                parent.remove(defs)
    for parent in list(root.iter()):
        for use in parent.findall(f"{SVG}use"):
            if use.get(HREF) in shapes:
                parent[list(parent).index(use)] = _placed(shapes[use.get(HREF)], use)
        _join(parent)


def _placed(shape: ET.Element, use: ET.Element) -> ET.Element:
    """The shape at the place where it is used."""
    place = float(use.get("x", 0)), float(use.get("y", 0))
    moved = iter(range(10**6))
    data = NUMBER.sub(lambda m: f"{float(m[0]) + place[next(moved) % 2]:.6f}", shape.get("d"))
    look = {
        k: v for k, v in (shape.attrib | use.attrib).items() if k not in ("id", "d", "x", "y", HREF)
    }
    return ET.Element(f"{SVG}path", {"d": data, **look})


def _join(parent: ET.Element) -> None:
    last = None
    for child in list(parent):
        alike = (
            last is not None
            and last.tag == f"{SVG}path"
            and {**child.attrib, "d": ""} == {**last.attrib, "d": ""}
        )
        if (
            alike
            and TICK.fullmatch(child.get("d"))
            and STRAIGHT.fullmatch(last.get("d"))
            and OPAQUE.isdisjoint(child.attrib)
        ):
            last.set("d", f"{last.get('d')} {child.get('d')}")
            parent.remove(child)
        else:
            last = child


def shorten(svg: str) -> str:
    """Path data in steps from point to point, which are short and alike; numbers have one decimal already."""
    return re.sub(r' d="([^"]*)"', lambda m: f' d="{_steps(m[1])}"', svg)


def _steps(data: str) -> str:
    """Absolute M, L, C, Q and z as relative ones, in tenths so that no rounding adds up; a step of no length goes."""
    out, at, start, last = [], (0, 0), (0, 0), ""
    for command, written in COMMAND.findall(data):
        numbers = [round(10 * float(n)) for n in NUMBER.findall(written)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "z":
            out.append("z")
            at, last = start, "z"
            continue
        size = {"M": 1, "L": 1, "C": 3, "Q": 2}[command]
        for i in range(0, len(points), size):
            group = points[i : i + size]
            if command == "L" and group[0] == at and last != "M":
                continue
            letter = "M" if command == "M" else command.lower()
            origin = (0, 0) if command == "M" else at
            words = "".join(
                _tenths(n - o) for point in group for n, o in zip(point, origin, strict=True)
            )
            out.append(
                letter + words.removeprefix(" ") if letter != last or command == "M" else words
            )
            at, last = group[-1], letter
            if command == "M":
                start = at
    return "".join(out)


def _tenths(number: int) -> str:
    """A number of tenths, with the blank or the sign that parts it from the one before."""
    whole, tenth = divmod(abs(number), 10)
    words = (str(whole) if whole or not tenth else "") + (f".{tenth}" if tenth else "")
    return ("-" if number < 0 else " ") + words
