"""The handwritten digits on which the lab trains: the first PER_CLASS of each class of scikit-learn's load_digits, in their order.

Nothing is measured here: the pixels are kept as a result so that the page gets them the way every number travels, sealed and tested.
"""

from sklearn.datasets import load_digits

from snippets.measurement import Measurement, setting

PER_CLASS = 50


def measure() -> dict[str, Measurement]:
    """Pixels, 0 to 16, of 64 an image, one image after the other, and the labels."""
    images, labels = load_digits(return_X_y=True)
    seen = dict.fromkeys(range(10), 0)
    kept = []
    for i, label in enumerate(labels.tolist()):
        if seen[label] < PER_CLASS:
            seen[label] += 1
            kept.append(i)
    return {
        "count": setting(len(kept), "handwritten digits on which the lab trains"),
        "pixels": Measurement(
            [int(p) for i in kept for p in images[i]], "pixels of these digits, 0 to 16", rtol=0.0
        ),
        "labels": Measurement([int(labels[i]) for i in kept], "classes of these digits", rtol=0.0),
    }
