"""The checked claims as data, for others to build on."""

import csv
import io
import json

from snippets.weave.numbers.book import Book, find_source, strip_marks
from snippets.weave.numbers.marks import DATA

PATHS = {"json": "reference/checked-claims.json", "csv": "reference/checked-claims.csv"}
FIELDS = ("id", "said", "verdict", "topic", "found", "script", "test", "page", "sources")


def read_rows(book: Book) -> list[dict]:
    """One row per claim, in the order of the page; `found` in plain words, each source as its short form and address."""
    made = []
    for claim in book.claims:
        found = DATA.sub(
            lambda m: book.number(m["key"], m["show"] or "").text, " ".join(claim["found"].split())
        )
        sources = [
            f"{book.short(key)}, {find_source(book.references[key])}"
            for key in claim.get("sources", [])
        ]
        made.append(
            {field: claim.get(field, "") for field in FIELDS}
            | {"found": strip_marks(found), "sources": sources}
        )
    return made


def as_json(book: Book) -> bytes:
    """The claims as a JSON list."""
    return (json.dumps(read_rows(book), ensure_ascii=False, indent=1) + "\n").encode()


def as_csv(book: Book) -> bytes:
    """The claims as CSV; sources are apart by semicolons."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"sources": "; ".join(row["sources"])} for row in read_rows(book))
    return text.getvalue().encode()
