"""What one factor, multiplied once per layer, has become at three depths."""

TITLE = "One factor, multiplied once per layer"
DEPTHS = (10, 20, 50)


def rows(quote):
    """One row per factor; the outcome says what the number at the greatest depth really is."""
    at = {
        name: [
            quote(f"factors.{name}.at{depth}", show)
            for depth, show in zip(DEPTHS, shows, strict=True)
        ]
        for name, shows in {
            "quarter": ("", "", ""),
            "nine_tenths": ("", "", ""),
            "one": (",", ",", ","),
            "eleven_tenths": ("", "", "3"),
            "three_halves": ("", ",", ""),
        }.items()
    }
    gamma = {name: quote(f"factors.gamma.{name}") for name in at}
    median, width = quote("signal_gain.spread.64.gain"), quote("signal_gain.spread.width.64")
    return [
        "Factor per layer",
        *(f"{quote(f'factors.depth.{depth}')} layers" for depth in DEPTHS),
        "Outcome",
    ], [
        [
            f"{gamma['quarter']}, sigmoid's largest slope at weight one",
            *at["quarter"],
            f"**Vanishes.** Still an ordinary float32; exactly zero only from {quote('factors.float32.zero_depth')} layers on",
        ],
        [
            gamma["nine_tenths"],
            *at["nine_tenths"],
            "**Fades slowly.** Half is gone within seven layers",
        ],
        [
            gamma["one"],
            *at["one"],
            "**Stays**, if it is one constant number. A mean square of one promises less: with He initialization the median ReLU net "
            f"of {width} units keeps {median} over {quote('signal_gain.spread.depth')} layers",
        ],
        [
            gamma["eleven_tenths"],
            *at["eleven_tenths"],
            "**Grows slowly.** Doubles in a little over seven layers",
        ],
        [
            gamma["three_halves"],
            *at["three_halves"],
            "**Explodes.** Still an ordinary float32, not NaN: float32 overflows from "
            f"{quote('factors.float32.overflow')} layers on, float16 from {quote('factors.float16.overflow')}",
        ],
    ]
