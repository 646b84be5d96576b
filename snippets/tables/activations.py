"""Eleven activations: slopes, the gain that fits them, and what happens to the signal with He weights."""

TITLE = "Eleven activations: how steep they are, and which size of weights fits them"
ORIGINS = {
    "sigmoid": "sigmoid, $1/(1 + e^{-z})$ ([@rumelhart1986])",
    "tanh": "tanh ([@lecun1998])",
    "relu": "ReLU, $\\max(0, z)$ ([@nair2010])",
    "leaky_relu": "Leaky ReLU ([@maas2013])",
    "prelu": "PReLU, as it starts ([@he2015b])",
    "elu": "ELU ([@clevert2015])",
    "selu": "SELU ([@klambauer2017])",
    "gelu": "GELU, $z\\,\\Phi(z)$ ([@hendrycks2016])",
    "silu": "SiLU or Swish, $z\\,\\sigma(z)$ ([@elfwing2017], [@ramachandran2017])",
    "mish": "Mish ([@misra2019])",
    "softplus": "softplus, $\\log(1 + e^z)$ ([@dugas2000])",
}
FADES = (
    "sigmoid",
    "tanh",
    "elu",
    "selu",
    "softplus",
)  # the smallest slope is approached, not reached


def rows(quote):
    """One row per activation, from the oldest kind to the newest."""

    def slopes(name: str) -> str:
        low, high = quote(f"slopes.{name}.min"), quote(f"slopes.{name}.max")
        return f"above zero, up to {high}" if name in FADES else f"{low} to {high}"

    return ["Activation", "Slopes", "Mean squared slope", "Gain", "Near zero", "Signal, He"], [
        [
            label,
            slopes(name),
            quote(f"slopes.{name}.mean_square", "3"),
            quote(f"slopes.{name}.gain", "3"),
            quote(f"slopes.{name}.near_zero", ".0%"),
            quote(f"signal_gain.{name}.he.measured"),
        ]
        for name, label in ORIGINS.items()
    ]
