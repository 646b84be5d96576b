"""The labelled nets of the doctor's benchmark: a flat list of cases, each built in full from its own name.

A case's name is family/label/what it is. Before a case is built, PyTorch's generator is seeded with the CRC-32 of that name, so a
net depends on nothing but its name and the code. The halves: a case belongs to the tuning half if the SHA-256 of its name begins
with an even byte, else to the reporting half. The spot part: of each label in each half, the first tenth (rounded up) in the order
of that hash. How labels are confirmed stands in `_doctor_labels`.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import torch

from snippets.experiments._doctor_labels import CLASSES
from snippets.experiments._doctor_zoo_healthy import FROZEN, HEALTHY
from snippets.experiments._doctor_zoo_other import (
    BAD_INPUT,
    BAD_LAYER,
    BAND,
    DISCONNECTED,
    SYMMETRIC,
    TOO_LARGE,
    TOO_SMALL,
    UNDERFLOW,
)
from snippets.experiments._doctor_zoo_parts import Patient
from snippets.experiments._doctor_zoo_signal import DEAD, EXPLODING, SATURATED, VANISHING

FAMILIES = {
    "mlp": "multilayer perceptrons",
    "cnn": "convolutional nets",
    "residual_cnn": "residual convolutional nets",
    "rnn": "plain recurrent nets",
    "lstm": "LSTMs",
    "gru": "GRUs",
    "transformer": "transformers",
    "tied_lm": "language models with tied embeddings",
    "finetune": "fine-tuning set-ups",
}
BETWEEN = "between"  # a net between the limits: it carries no label
TABLES = {
    "healthy": HEALTHY,
    "vanishing": VANISHING,
    "exploding": EXPLODING,
    "dead_units": DEAD,
    "saturated_units": SATURATED,
    "learning_rate_too_small": TOO_SMALL,
    "learning_rate_too_large": TOO_LARGE,
    "frozen_layers": FROZEN,
    "disconnected_layers": DISCONNECTED,
    "nonfinite_input": BAD_INPUT,
    "nonfinite_layer": BAD_LAYER,
    "underflow": UNDERFLOW,
    "symmetric_init": SYMMETRIC,
    BETWEEN: BAND,
}
HALVES = ("tuning", "reporting")


@dataclass(frozen=True)
class Case:
    """A net with its label; label is BETWEEN where there is none."""

    name: str
    family: str
    label: str
    make: Callable[[], Patient]

    def build(self) -> Patient:
        """The net as its owner would hand it over, the same at every call."""
        torch.manual_seed(zlib.crc32(self.name.encode()))
        return self.make()

    @property
    def hash(self) -> bytes:
        """SHA-256 of the name."""
        return hashlib.sha256(self.name.encode()).digest()

    @property
    def half(self) -> str:
        """'tuning' or 'reporting'."""
        return HALVES[self.hash[0] % 2]


ZOO = [
    Case(f"{family}/{label}/{name}", family, label, make)
    for label, families in TABLES.items()
    for family, nets in families.items()
    for name, make in nets.items()
]
BY_NAME = {case.name: case for case in ZOO}
CASES = [case for case in ZOO if case.label in CLASSES]  # those with a label


def spot() -> list[str]:
    """Names of the spot part: of each label in each half, the first tenth by hash."""
    chosen = []
    for label in TABLES:
        for half in HALVES:
            these = sorted(
                (c for c in ZOO if c.label == label and c.half == half), key=lambda c: c.hash
            )
            chosen += [c.name for c in these[: math.ceil(len(these) / 10)]]
    return chosen
