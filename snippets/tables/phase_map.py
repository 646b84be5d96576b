"""A few nets of the map: the factor per layer as predicted and as measured, and the depth scale."""

TITLE = "Eight nets from the map: what is predicted for a layer is what a layer does"
POINTS = {
    "middle": (
        ("at5", "one half"),
        ("at10", "one"),
        ("at15", "one and a half"),
        ("at20", "two"),
        ("at30", "three"),
    ),
    "high": (("at10", "one"), ("at20", "two"), ("at30", "three")),
}


def rows(quote):
    """One row per tanh net; the factors are of the norm of ∂L/∂h, the depth scale is in layers."""
    return [
        "Net",
        "σ<sub>b</sub>",
        "Phase",
        "Factor predicted",
        "Factor measured",
        "Depth scale ξ",
    ], [
        [
            f"tanh, σ<sub>w</sub> of {words}",
            quote(f"mean_field.map.{row}"),
            "chaotic" if key in ("at20", "at30") else "ordered",
            *(quote(f"mean_field.{row}.{key}.{part}") for part in ("predicted", "factor", "reach")),
        ]
        for row, points in POINTS.items()
        for key, words in points
    ]
