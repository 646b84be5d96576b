"""Dead units that came back after the rate was lowered, in three ways of going on."""

TITLE = "Dead units that come back once the rate is lowered"
LAYERS = (1, 2, 3, 4, 5)


def rows(quote):
    """One row per layer, one column per way."""
    decay = f"Back, with weight decay {quote('dead_units.decay')}"
    return [
        "Hidden layer",
        "Dead when the rate falls",
        "Back, all layers train",
        decay,
        "Back, layers before frozen",
    ], [
        [
            f"layer {layer}",
            *(
                quote(f"dead_units.{way}.layer{layer}")
                for way in ("left", "train", "decay", "frozen")
            ),
        ]
        for layer in LAYERS
    ]
