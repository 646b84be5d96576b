"""What three number formats hold, and how many layers a constant factor takes to leave them."""

TITLE = "Float32 holds what thirty layers make of a gradient, float16 does not"
FORMATS = ("float32", "float16", "bfloat16")


def rows(quote):
    """One row per limit, one column per format."""
    shrinking, growing = quote("factors.gamma.quarter"), quote("factors.gamma.three_halves")
    limits = {
        "largest": "Largest number",
        "normal": "Smallest number of full precision",
        "subnormal": "Smallest number above zero",
        "eps": "Spacing of numbers just above one",
        "eps_depth": f"Layers until {shrinking} per layer is below that spacing",
        "subnormal_depth": f"Layers until {shrinking} per layer is below the smallest of full precision",
        "zero_depth": f"Layers until {shrinking} per layer is exactly zero",
        "overflow": f"Layers until {growing} per layer overflows to `inf`",
    }
    return ["Limit", *FORMATS], [
        [label, *(quote(f"factors.{dtype}.{part}") for dtype in FORMATS)]
        for part, label in limits.items()
    ]
