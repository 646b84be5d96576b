"""Four nets that print large gradients or none, and what a smaller rate and clipping do for them."""

TITLE = "Same symptom, other outcome: seeds that break, and seeds that learn"
NETS = {
    "healthy": "ReLU, scaled skips",
    "skip": "ReLU, unscaled skips",
    "relu": "ReLU, He weights × {}",
    "tanh": "tanh, σ<sub>w</sub> = {}",
}
GIVEN = {"relu": "exploding.factor.three_halves", "tanh": "exploding.chaotic"}


def rows(quote):
    """One row per net: gradient at the first step, direction, and how many seeds break and learn in each way."""

    def outcome(key: str) -> str:
        return f"{quote(f'{key}.broke')} break, {quote(f'{key}.learned')} learn"

    table = []
    for net, name in NETS.items():
        key = f"exploding.train.{net}"
        table.append(
            [
                name.format(quote(GIVEN[net])) if net in GIVEN else name,
                quote(f"{key}.norm"),
                quote(f"exploding.direction.{net}"),
                outcome(f"{key}.usual"),
                outcome(f"{key}.hundredth") if net in ("skip", "relu") else "–",
                outcome(f"{key}.clipped") if net != "healthy" else "–",
            ]
        )
    usual, hundredth = (
        f"Rate {quote(f'exploding.rate.{rate}')}" for rate in ("usual", "hundredth")
    )
    clipped = f"{usual}, clipped at {quote('exploding.train.threshold')}"
    return [
        "Net",
        "Gradient norm, step one",
        "Cosine after a nudge",
        usual,
        hundredth,
        clipped,
    ], table
