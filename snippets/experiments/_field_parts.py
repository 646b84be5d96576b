"""What the field test is made of: a case, the batches that its models learn, and how a library's model is put together.

A library is imported only where one of its models is built, so that the others need not be there.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy
import torch

from snippets.experiments._doctor_zoo_parts import Patient

HEALTHY = ("healthy",)
VOCABULARY = 64


@dataclass(frozen=True)
class Case:
    """A net of other people's making, or a fault that they met, and what is right to say of it.

    name: the library, then what it is. make: build it; the seed is drawn from the name.
    codes: diagnoses that are right. guilty: names of which one must be told, if there are any.
    notes: codes whose note is enough beside a sound diagnosis. says: a pattern that must be found in what is printed.
    ask: how the doctor is asked; without it, by one examination.
    """

    name: str
    make: Callable[[], Patient]
    codes: tuple[str, ...] = HEALTHY
    guilty: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    says: str = ""
    ask: Callable | None = None

    @property
    def library(self) -> str:
        """The library that the model comes from."""
        return self.name.partition("/")[0]

    def build(self) -> Patient:
        """The net as its owner would hand it over, the same at every call."""
        sow(zlib.crc32(self.name.encode()))
        return self.make()


def sow(seed: int) -> None:
    """Seed every generator that a library may draw from."""
    torch.manual_seed(seed)
    numpy.random.seed(seed)
    random.seed(seed)


def cases(library: str, makers: dict[str, Callable]) -> list[Case]:
    """Sound models of one library."""
    return [Case(f"{library}/{name}", make) for name, make in makers.items()]


def broken(make: Callable, *changes: Callable) -> Callable:
    """A maker whose patient is changed, in place or for another."""

    def build():
        patient = make()
        for change in changes:
            patient = change(patient) or patient
        return patient

    return build


# ---------- putting together ----------


def adam(rate=3e-3, **more):
    """Make AdamW without weight decay, or with what is given."""
    return lambda parameters: torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0, **more)


def put(model, loss_fn, inputs, targets=None, rate=3e-3, optimizer=None, call=None) -> Patient:
    """A model with its batch, loss and optimizer."""
    model.train()
    made = (optimizer or adam(rate))([p for p in model.parameters() if p.requires_grad])
    return Patient(model, loss_fn, inputs, targets, made, call)


def own_loss(model, inputs, rate=3e-3, loss=lambda out: out.loss, call=None, **more) -> Patient:
    """A model that takes its batch by keyword and gives its loss."""
    return put(model, loss, inputs, None, rate, call=call or by_keyword, **more)


def by_keyword(model, batch):
    """Call a model with a batch of named parts."""
    return model(**batch)


def by_place(model, batch):
    """Call a model with a batch of parts in order."""
    return model(*batch)


def itself(out):
    """The loss that a model returns."""
    return out


def with_inputs(patient: Patient, **parts) -> Patient:
    """The same patient with other named parts of its batch."""
    return replace(patient, inputs={**patient.inputs, **parts})


# ---------- batches ----------


def classes(n: int, count: int) -> torch.Tensor:
    """As many answers of every class."""
    return torch.arange(n) % count


def sentences(n=16, length=12, count=2, lowest=4) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, length) tokens, every class with words of its own, and the classes."""
    y, span = classes(n, count), (VOCABULARY - lowest) // count
    return lowest + y[:, None] * span + torch.randint(span, (n, length)), y


def rule(n=16, length=16, lowest=4) -> torch.Tensor:
    """(n, length) tokens, each the successor of the one before."""
    span = VOCABULARY - lowest
    return lowest + (torch.randint(span, (n, 1)) + torch.arange(length)) % span


def pictures(n=16, channels=3, size=16, count=4, spread=0.3) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, channels, size, size) smooth pictures around one for every class, and the classes."""
    y = classes(n, count)
    coarse = torch.randn(count, channels, 4, 4)
    centers = torch.nn.functional.interpolate(coarse, size=size, mode="bilinear")
    return centers[y] + spread * torch.randn(n, channels, size, size), y


def rows(n=64, features=8, count=2, spread=0.5) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, features) points around one center for every class, and the classes."""
    y = classes(n, count)
    return torch.randn(count, features)[y] + spread * torch.randn(n, features), y


def waves(n=16, length=24, features=1) -> torch.Tensor:
    """(n, length, features) sines of several lengths, with a little noise."""
    t = torch.arange(length).view(1, -1, 1) / length
    rate, phase = 1 + 3 * torch.rand(n, 1, features), 6 * torch.rand(n, 1, features)
    return torch.sin(6.28 * rate * t + phase) + 0.05 * torch.randn(n, length, features)


def moons(n=128) -> torch.Tensor:
    """(n, 2) points on two half circles, at unit scale."""
    turn, side = 3.14 * torch.rand(n), classes(n, 2)
    x = torch.stack([torch.cos(turn), torch.sin(turn)], 1)
    x = torch.where(side[:, None] == 0, x, torch.tensor([1.0, 0.5]) - x)
    return x + 0.1 * torch.randn(n, 2)
