"""The lab's presets, measured by autograd and as the mean field predicts them."""

TITLE = "The nets of the lab, and what reaches their first layer"

NETS = {
    "sigmoid": "Sigmoid, nn.Linear's weights",
    "relu": "ReLU, nn.Linear's weights",
    "he": "ReLU, He's weights",
    "explodes": "ReLU with plain skips",
    "scaled": "ReLU, He's weights, scaled skips",
    "batchnorm": "ReLU, BatchNorm before it",
    "narrow": "ReLU, He's weights, narrow and deep",
    "postnorm": "Skips, LayerNorm after each sum",
    "prenorm": "Skips, LayerNorm before each branch",
}


def rows(quote):
    """One row per preset: its size, the measured share and the predicted one."""
    return [
        "Net",
        "Layers",
        "Units",
        "Share of the signal at the first layer",
        "By the mean field",
    ], [
        [
            name,
            quote(f"lab_presets.{key}.depth"),
            quote(f"lab_presets.{key}.width"),
            quote(f"lab_presets.{key}.share"),
            quote(f"lab_presets.{key}.predicted"),
        ]
        for key, name in NETS.items()
    ]
