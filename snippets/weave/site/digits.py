"""The handwritten digits that the lab trains on, as a module of the page: a character a pixel."""

from snippets.weave.numbers.book import Book

SCRIPT = "assets/javascripts/lab/digits.js"
CHARACTERS = "0123456789abcdefg"  # 0 to 16, as parseInt(c, 36) reads them


def write_digits(book: Book) -> bytes:
    """An ES module that exports PIXELS and LABELS, from the results of lab_digits."""
    kept = book.results["lab_digits"].measurements
    pixels, labels = (
        "".join(CHARACTERS[v] for v in kept[name].value) for name in ("pixels", "labels")
    )
    head = "/* Written by the build from snippets/results/lab_digits.json. */"
    return (
        f'{head}\nexport const PIXELS = "{pixels}";\nexport const LABELS = "{labels}";\n'.encode()
    )
