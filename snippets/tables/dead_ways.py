"""Dead units that came back after the rate was lowered, in three ways of going on."""

TITLE = "Dead units that come back once the rate is lowered"
LAYERS = (1, 2, 3, 4, 5)


def rows(quote):
    """One row per way, one column per layer."""

    def row(name: str, key: str) -> list:
        return [name, *(quote(f"dead_units.{key}.layer{layer}") for layer in LAYERS)]

    return ["Hidden layer", *map(str, LAYERS)], [
        row("Dead when the rate is lowered", "left"), row("Back: all layers train", "train"),
        row(f"Back: with weight decay {quote('dead_units.decay')}", "decay"), row("Back: the layers before are frozen", "frozen")]
