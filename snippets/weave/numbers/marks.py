"""The few marks that the weaver knows in Markdown."""

import re

OPEN = re.compile(r"<!-- (?P<kind>[a-z]+)(?:: (?P<name>[\w./-]+))? -->$")
CLOSE = re.compile(r"<!-- /(?P<kind>[a-z]+) -->$")
FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
FENCED = re.compile(r"^(\s*)(`{3,}|~{3,}).*?^\s*\2`*\s*$", re.DOTALL | re.MULTILINE)  # a whole block of code, with its fences
SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)")
DATA = re.compile(r'<data value="(?P<key>[^"<>]*)"(?: data-show="(?P<show>[^"<>]*)")?>(?P<text>[^<]*)</data>')
CITATION = re.compile(r"\[(?P<text>[^\]\[]*)\]\((?P<path>[\w./-]*references\.md)#(?P<key>[\w-]+)\)")
HEADING = re.compile(r"^(?P<level>#{1,6}) +(?P<title>.*?)(?: *\{ *#(?P<id>[\w-]+)[^}]*\})? *$")
MATHS = re.compile(r"(?<![\\$])\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\s](?:[^$]*?[^$\s\\])?)\$(?!\d)", re.DOTALL)
