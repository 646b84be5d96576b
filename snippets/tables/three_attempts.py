"""The three attempts, 5, 10 and 20 layers: the product of the slopes beside what real nets hand back."""

TITLE = "Three attempts: the slopes as told, and the signal as measured"


def rows(quote):
    """One row per net; a measured cell holds the median and, behind “theory”, the prediction with weights."""

    def measured(net: str) -> list[str]:
        return [
            f"{quote(f'attempts.{net}.at{depth}')} (theory {quote(f'attempts.{net}.predicted.at{depth}')})"
            for depth in (5, 10, 20)
        ]

    def told(gamma: str, show: str = "") -> list[str]:
        return [quote(f"factors.{gamma}.at{depth}", show) for depth in (5, 10, 20)]

    return [
        "What comes back",
        *(f"{quote(f'factors.depth.{depth}')} layers" for depth in (5, 10, 20)),
    ], [
        ["Sigmoid's slopes alone, each at its best", *told("quarter")],
        ["Sigmoid as initialized, measured", *measured("sigmoid")],
        ["ReLU's slopes alone, along an active path", *told("one", ",")],
        ["ReLU as initialized, measured", *measured("relu")],
        ["ReLU with He initialization, measured", *measured("relu_he")],
    ]
