"""At which depth a factor per layer overflows three number formats."""

TITLE = "The layer at which a constant factor overflows"
FACTORS = ("eleven_tenths", "three_halves", "two", "ten")
FORMATS = ("float16", "bfloat16", "float32")


def rows(quote):
    """One row per factor; what the logarithm predicts stands in brackets."""
    return ["Factor per layer", *FORMATS], [
        [
            f"factor {quote(f'exploding.growing.{key}')}",
            *(
                f"{quote(f'exploding.{key}.{name}.overflow')} ({quote(f'exploding.{key}.{name}.predicted')})"
                for name in FORMATS
            ),
        ]
        for key in FACTORS
    ]
