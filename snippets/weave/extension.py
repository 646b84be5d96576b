"""Python-Markdown extension: numbers get their cards, figures and strips their SVG, formulas their MathML.

It reads what `make weave` wrote and works under any builder that runs Python-Markdown.
"""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET

from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor
from math_core import LatexToMathML

from snippets.measurement import ROOT
from snippets.weave.figures.drawing import draw_strip, inline_figure
from snippets.weave.numbers import book as books
from snippets.weave.pages.labs import LABS
from snippets.weave.site.spans import merge_spans

PICTURE = re.compile(r"(?:^|/)(figures|strips)/([\w.-]+)\.svg$")
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
DISPLAY = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
NUMBER = re.compile(r'<data value="([^"]+)"(?: data-show="([^"]*)")?>([^<]*)</data>')
VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
ENDS = re.compile(
    r'(<p class="headpiece__note">)<span>input</span>(.*?)<span>loss</span></p>', re.DOTALL
)
STACK = re.compile(
    r'<div class="stack">\s*<div class="md-typeset__scrollwrap">.*?</table>', re.DOTALL
)
HEAD = re.compile(r"<th[^>]*>(.*?)</th>", re.DOTALL)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
MARK = re.compile(r"<[^>]*>")
BOUND = re.compile(
    r"<(pre|code)\b.*?</\1>|(?<=\d) × (?=10[⁻⁰¹²³⁴-⁹])|(?<=\d)(?:</data>)? (?=%)", re.DOTALL
)
PRIME = re.compile(r"<msup><mi>([^<]+)</mi><mo>′</mo></msup>")


class Pictures(Treeprocessor):
    """Replaces images of figures and strips by inline SVG that follows the page's scheme."""

    def run(self, root):
        """Walk the tree once; images elsewhere stay images."""
        for parent in root.iter():
            for at, child in enumerate(list(parent)):
                found = PICTURE.search(child.get("src", "")) if child.tag == "img" else None
                if found:
                    draw = inline_figure if found[1] == "figures" else draw_strip
                    svg = draw(found[2], child.get("alt", ""), books.get_loaded(ROOT))
                    if "class" in child.attrib:
                        svg = re.sub(
                            r'class="([^"]*)"', rf'class="\1 {child.get("class")}"', svg, count=1
                        )
                    parent[at] = self._stashed(svg, child.tail)

    def _stashed(self, svg: str, tail: str | None):
        width, height = VIEW.search(svg).groups()
        holder = ET.Element("span", {"class": "svg", "style": f"--ratio:{width}/{height}"})
        holder.text = self.md.htmlStash.store(svg)
        holder.tail = tail
        return holder


class Tables(Treeprocessor):
    """Wraps each table as the theme's script would, which finds none without a class left: nothing is laid out twice."""

    def run(self, root):
        """Put every table into a region that scrolls sideways."""
        for parent in list(root.iter()):
            for at, child in enumerate(parent):
                if child.tag == "table" and "class" not in child.attrib:
                    parent[at] = self._wrapped(child)

    def _wrapped(self, table):
        table.set("class", "tab")
        outer = ET.Element("div", {"class": "md-typeset__scrollwrap"})
        ET.SubElement(outer, "div", {"class": "md-typeset__table"}).append(table)
        outer.tail, table.tail = table.tail, None
        return outer


class Formulas(Postprocessor):
    """Turns arithmatex's spans into MathML, so that no script is needed to read them."""

    def run(self, text):
        """Convert every formula; the checks have reported the bad ones with file and line."""
        converter = LatexToMathML()

        def converted(latex: str, display: bool) -> str:
            made = converter.convert_with_local_state(
                html.unescape(latex).strip(), displaystyle=display
            )
            return PRIME.sub(r"<mrow><mi>\1</mi><mo>′</mo></mrow>", made)

        text = DISPLAY.sub(
            lambda m: (
                f'<div class="eq" tabindex="0" role="group" aria-label="Formula">{converted(m[1], True)}</div>'
            ),
            text,
        )
        return INLINE.sub(lambda m: converted(m[1], False), text)


class Silenced(Postprocessor):
    """What is there for the eye is not read out: a heading's link to itself, which the table of contents has, and the ends of a strip."""

    def run(self, text):
        """Hide both from those who listen, and the links from the Tab key."""
        text = text.replace(
            '<a class="headerlink" ', '<a class="headerlink" aria-hidden="true" tabindex="-1" '
        )
        return ENDS.sub(
            r'\1<span aria-hidden="true">input</span>\2<span aria-hidden="true">loss</span></p>',
            text,
        )


class Numbers(Postprocessor):
    """Marks measured and cited numbers and puts what their cards say at the end of the page."""

    def run(self, text):
        """Give every quoted number its plain value and its key."""
        if "<data " not in text:
            return text
        book, cards = books.get_loaded(ROOT), {}

        def marked(match: re.Match) -> str:
            key, show = html.unescape(match[1]), match[2] or ""
            number = book.number(key, show)
            if number.card:
                cards[key] = number.card
            mark = ' class="num"' if number.card else ""
            return f'<data{mark} value="{number.plain}" data-key="{key}">{match[3]}</data>'

        text = NUMBER.sub(marked, text)
        if not cards:
            return text
        listed = json.dumps(cards, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        inert = listed.replace("&", "\\u0026").replace("<", "\\u003c")
        # not a script: Material runs every script again, whatever its type, after instant navigation
        return f'{text}\n<template class="numbers" data-search-exclude="">{inert}</template>'


class Stacks(Postprocessor):
    """On a phone each row of a `.stack` table is a card: its cells carry the names of their columns."""

    def run(self, text):
        """Name every cell of those tables, once their heads read as they will be read."""
        return STACK.sub(lambda stack: self._named(stack[0]), text)

    def _named(self, stack: str) -> str:
        heads = [MARK.sub("", head).strip().replace('"', "&quot;") for head in HEAD.findall(stack)]

        def named(row: re.Match) -> str:
            names = iter(heads)
            return re.sub(r"<td\b", lambda cell: f'{cell[0]} data-label="{next(names)}"', row[0])

        return ROW.sub(named, stack)


class Whole(Postprocessor):
    """No line parts a number from its power of ten or its percent sign."""

    def run(self, text):
        """Bind them where they are read; code stays as it is typed."""
        return BOUND.sub(
            lambda found: found[0] if found[1] else found[0].replace(" ", "\u00a0"), text
        )


class Code(Postprocessor):
    """Makes few elements of each code block."""

    def run(self, text):
        """When every block stands in the page as it will be read."""
        return merge_spans(text)


class Gradient(Extension):
    """All of the above."""

    def extendMarkdown(self, md):
        """Register after inline parsing and before links are rewritten; the labs are blocks, in which Markdown may stand."""
        md.block_level_elements.extend(LABS)
        md.treeprocessors.register(Pictures(md), "gradient-pictures", 5)
        md.treeprocessors.register(Tables(md), "gradient-tables", 4)
        md.postprocessors.register(Formulas(md), "gradient-formulas", 5)
        md.postprocessors.register(Numbers(md), "gradient-numbers", 4)
        md.postprocessors.register(Code(md), "gradient-code", 3)
        md.postprocessors.register(Silenced(md), "gradient-silenced", 2)
        md.postprocessors.register(Stacks(md), "gradient-stacks", 1)
        md.postprocessors.register(Whole(md), "gradient-whole", 0)


def makeExtension(**options):
    """Python-Markdown's entry point."""
    return Gradient(**options)
