"""Sigmoid and its slope at five points."""

TITLE = "Sigmoid's slope is a quarter at most, and soon much less"
REMARKS = {
    "minus3": "less than a fifth of it, on either side of zero",
    "0": "all of it",
    "1": "about four fifths of it",
    "2": "less than half of it",
    "4": "a fourteenth of it",
}


def rows(quote):
    """One row per input, from the most negative on."""
    return ["Input z", "σ(z)", "Slope σ′(z)", "Share of the largest slope"], [
        [
            quote(f"slopes.point.{name}"),
            quote(f"slopes.sigmoid.value.{name}"),
            quote(f"slopes.sigmoid.slope.{name}"),
            remark,
        ]
        for name, remark in REMARKS.items()
    ]
