"""Three sizes of a matrix, and which of them a product of matrices follows."""

TITLE = "One matrix repeated follows its spectral radius; different matrices follow the root mean square"
FAMILIES = {
    "gauss": "Gaussian",
    "symmetric": "symmetric Gaussian",
    "orthogonal": "orthogonal",
    "bidiagonal": "bidiagonal, as in the figure",
}


def rows(quote):
    """One row per kind of matrix; all share a root-mean-square singular value near one."""
    parts = ("rms", "radius", "largest", "repeated", "different")
    return [
        "Matrix",
        "Root mean square",
        "Spectral radius",
        "Largest singular value",
        "Repeated: factor per step",
        "Different: factor per layer",
    ], [
        [label, *(quote(f"stretching.{family}.{part}", "3") for part in parts)]
        for family, label in FAMILIES.items()
    ]
