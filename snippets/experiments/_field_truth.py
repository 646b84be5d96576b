"""What holds of a net apart from what the doctor says: does it learn, and what do hooks see in float64.

A net is sound if its loss falls by a tenth of its first value (the mean of the last five of sixty steps, on the same batch), if no
loss on the way is NaN or infinite, and if none of the faults below stands both at the start and after the sixty steps.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from snippets.experiments._doctor_labels import tensors
from snippets.experiments._doctor_zoo_parts import Patient
from snippets.experiments._field_parts import Case, sow

STEPS, LAST = 60, 5
FALLS = 0.1
MOST = 0.9  # of a layer's units, dead or pinned
FLAT = 0.02  # of a slope's largest value
NOT_FINITE = "not finite"
FAR = 1e6  # between the first signal and the last
RECTIFIERS = {"relu", "relu_", "relu6"}
SQUASHERS = {"sigmoid", "sigmoid_", "tanh", "tanh_"}


@dataclass
class Truth:
    """What sixty steps and the hooks showed; `faults` is empty for a sound net."""

    first: float
    last: float
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = "sound" if not self.faults else ", ".join(self.faults)
        return f"{said} ({self.first:.3g} -> {self.last:.3g})"


def truth(case: Case) -> Truth:
    """Train the net for sixty steps, and look at it before and after."""
    before = faults(case.build())
    patient = case.build()
    losses = [patient.step() for _ in range(STEPS)]
    first, last = losses[0], sum(losses[-LAST:]) / LAST
    after = faults(patient)
    found = [fault for fault in before if fault in after]
    if not all(map(math.isfinite, losses)):
        found.append("a loss is not finite")
    elif not first - last >= FALLS * abs(first):
        found.append("the loss does not fall")
    return Truth(first, last, found)


def faults(patient: Patient) -> list[str]:
    """What one pass in float64 shows; in float32 where float64 can't be had, or overflows what the library meant as a mask."""
    for dtype in (torch.float64, torch.float32):
        cast(patient, dtype)
        sow(0)
        try:
            found = _look(patient)
        except (RuntimeError, TypeError, ValueError):
            if dtype is torch.float32:
                raise
            continue
        if NOT_FINITE not in found:
            break
    return found


def cast(patient: Patient, dtype: torch.dtype) -> None:
    """Cast a net and its batch, in place."""
    patient.model.to(dtype)
    patient.inputs, patient.targets = _cast((patient.inputs, patient.targets), dtype)


def _cast(tree, dtype):
    if isinstance(tree, torch.Tensor):
        return tree.to(dtype) if tree.is_floating_point() else tree
    if isinstance(tree, dict):
        return {k: _cast(v, dtype) for k, v in tree.items()}
    return type(tree)(_cast(v, dtype) for v in tree) if isinstance(tree, (list, tuple)) else tree


class _Eyes(TorchFunctionMode):
    """Keeps the largest share of units that a rectifier kills or a squashing function pins."""

    def __init__(self):
        super().__init__()
        self.dead = self.pinned = 0.0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name in RECTIFIERS | SQUASHERS and isinstance(out, torch.Tensor) and out.dim() > 1:
            values = out.detach()
            if name in RECTIFIERS:
                self.dead = max(self.dead, share(values == 0, 1.0))
            else:
                slope = 4 * values * (1 - values) if "sigmoid" in name else 1 - values.square()
                self.pinned = max(self.pinned, share(slope < FLAT, MOST))
        return out


def share(flags: torch.Tensor, of_samples: float) -> float:
    """Share of units that are flagged on so large a part of the batch."""
    units = flags.movedim(1 if flags.dim() > 3 else -1, 0).flatten(1).double().mean(1)
    return (units >= of_samples).double().mean().item()


def _look(patient: Patient) -> list[str]:
    signals: dict[int, float | None] = {}
    model = patient.model
    with contextlib.ExitStack() as stack:
        for module in model.modules():
            if any(p.dim() > 1 for p in module._parameters.values() if p is not None):
                stack.enter_context(_hooked(module, signals))
        eyes = stack.enter_context(_Eyes())
        loss = patient.loss()
    wanted = [p for p in model.parameters() if p.requires_grad]
    gradients = torch.autograd.grad(loss, wanted, allow_unused=True)
    found = []
    if not all(bool(torch.isfinite(t).all()) for t in (loss, *gradients) if t is not None):
        found.append(NOT_FINITE)
    if all(g is None or not g.any() for g in gradients):
        found.append("no gradient")
    if eyes.dead > MOST:
        found.append("dead units")
    if eyes.pinned > MOST:
        found.append("pinned units")
    flow = [signal for _, signal in sorted(signals.items()) if signal is not None]
    if flow and not flow[-1] / FAR <= flow[0] <= flow[-1] * FAR:
        found.append("vanishing" if flow[0] < flow[-1] else "exploding")
    return found


@contextlib.contextmanager
def _hooked(module: nn.Module, signals: dict):
    def note(place, gradient):
        signals[place] = gradient.double().norm().item()

    def keep(module, inputs, out):
        for t in tensors(out)[:1]:
            if t.requires_grad:
                signals[len(signals)] = None  # until a gradient comes
                t.register_hook(partial(note, len(signals) - 1))

    handle = module.register_forward_hook(keep)
    try:
        yield
    finally:
        handle.remove()
