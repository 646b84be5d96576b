"""Each label of the doctor's benchmark, confirmed by measuring, never by asking the doctor.

What is measured, on copies of the net:
    signal      a float64 twin's forward pass; the gradient of the loss by every state that the forward pass marks (`seen`) or
                that an activation module puts out; for recurrent nets by the input of each step (a product of Jacobians over
                time), by torch.autograd.grad. The profile runs from the first such state to the output, over time to the last step.
    units       dead: zero for every sample and place; pinned: within 0.01 of an end of tanh or sigmoid on more than 90 % of them.
    training    real steps of the given optimizer, and of plain SGD at a sensible rate (the largest relative update is two hundredths).
What a label says, and what confirms it (limits of its own, so that no net stands near a limit of the rules of judgement):
    healthy                  no fault below is found; the profile is within 1/80 to 80; the loss falls by a tenth, or at all for rates
                             meant to be small, or is a thousandth of the loss with answers exchanged and stays (a net at rest)
    vanishing, exploding     first over last signal is below 1e-7 (exact zeros before a live signal too) or above 1e7, and the log is
                             straight over depth or time (r² above 0.8); the float64 twin says so, so it is no underflow
    dead_units               a layer with more than 95 % dead units, in the net's own precision and in float64
    saturated_units          a layer with more than 95 % pinned units, likewise; an output layer counts if the loss does not fall
    learning_rate_too_small  in steps of the given optimizer no matrix moves by 1e-9 of its norm, nor the loss by 1e-6 of its own; at a
                             sensible rate the loss falls
    learning_rate_too_large  one step moves more than 70 % of the matrices by twice their norm and raises the loss by half; at a
                             sensible rate the loss falls
    frozen_layers            after training steps some parameters are bit for bit as before while others have moved, and those are the
                             ones that require no gradient or that the optimizer lacks; the signal is sound where there is one
    disconnected_layers      a trainable parameter for which autograd finds no path to the loss; it never moves while others do
    nonfinite_input          inputs or targets hold NaN or infinity; with those set to zero, loss and gradients are finite
    nonfinite_layer          they don't, yet the output of a module, the loss or a gradient is not finite
    underflow                of some matrix's gradient, at least 90 % of the entries that are alive in float64 are zero in the net's own
                             precision, and the float64 twin has a sound profile and learns
    symmetric_init           after training steps at a sensible rate, all units of a hidden layer have equal incoming weights
For each label, every cause that ranks before it is looked for, too, and must be absent with room to spare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import nn

from snippets.experiments._doctor_zoo_parts import HALF, Patient, cast, recording

ORDER = (
    "nonfinite_input",
    "nonfinite_layer",
    "disconnected_layers",
    "symmetric_init",
    "underflow",
    "dead_units",
    "saturated_units",
    "exploding",
    "vanishing",
    "learning_rate_too_large",
    "learning_rate_too_small",
    "frozen_layers",
)
CLASSES = ("healthy", *ORDER)
SOUND, BEYOND, STRAIGHT = (
    80.0,
    1e7,
    0.8,
)  # first over last signal: sound within, a fault beyond; r² of its log over depth
ALIVE, SILENT = 0.75, 0.95  # share of dead or pinned units: below no fault, above one
SMALL, LARGE, MOST = 1e-9, 2.0, 0.7


class Unconfirmed(Exception):
    """A label that its own measurement does not confirm; says which case and what was found."""


@dataclass
class Seen:
    """What one pass of a net shows."""

    finite: bool
    loss: float
    profile: list[float] = field(default_factory=list)
    dead: float = 0.0
    pinned: float = 0.0
    pinned_output: float = 0.0
    unreached: list[str] = field(default_factory=list)
    gradients: dict = field(default_factory=dict)


def twin(patient: Patient) -> Patient:
    """The same net in float64, outside any autocast, with an optimizer of the same kind over its parameters."""
    it = patient.copy()
    it.model.double()
    it.inputs, it.autocast = cast(it.inputs, torch.float64), None
    if isinstance(it.targets, torch.Tensor) and it.targets.is_floating_point():
        it.targets = it.targets.double()
    return it


def look(patient: Patient) -> Seen:
    """One forward and backward pass of a copy: the loss, the profile, silent units, gradients by parameter."""
    it = patient.copy()
    named = {n: p for n, p in it.model.named_parameters() if p.requires_grad}
    with recording(it.model) as states:
        out = it.output()
        last = _first_real(out)
    loss = it.loss_fn(out) if it.targets is None else it.loss_fn(out, it.targets)
    states = [s for s in states if s.h.requires_grad]
    wanted = [s.h for s in states] + [last]
    found = torch.autograd.grad(loss, wanted + list(named.values()), allow_unused=True)
    signals, gradients = found[: len(wanted)], dict(zip(named, found[len(wanted) :], strict=True))
    finite = math.isfinite(loss.item()) and all(_finite(g) for g in found if g is not None)
    seen = Seen(
        finite,
        loss.item(),
        unreached=[n for n, g in gradients.items() if g is None],
        gradients=gradients,
    )
    seen.profile = _profile(states, signals)
    for state in states:
        dead, pinned = _silent(state)
        seen.dead = max(seen.dead, dead)
        if state.h is last:  # an output that is near 0 and 1 may just be right
            seen.pinned_output = pinned
        else:
            seen.pinned = max(seen.pinned, pinned)
    return seen


def _profile(states, signals) -> list[float]:
    times = [g for s, g in zip(states, signals, strict=False) if s.time and g is not None]
    if times:
        return [_norm(step) for g in times for step in (g.unbind(1) if g.dim() == 3 else [g])]
    stream = [g for s, g in zip(states, signals, strict=False) if s.stream]
    if not stream:
        stream = [g for s, g in zip(states, signals, strict=False)]
    return [_norm(g) for g in [*stream, signals[-1]] if g is not None]


def _silent(state) -> tuple[float, float]:
    """(share of dead units, share of pinned units) of one state."""
    h = state.h.detach().double()
    h = h.movedim(1, -1) if h.dim() == 4 else h
    h = h.reshape(-1, h.shape[-1])
    if state.kind == "relu":
        return (h <= 0).all(0).double().mean().item(), 0.0
    ends = {"tanh": (-1, 1), "sigmoid": (0, 1)}.get(state.kind)
    if not ends:
        return 0.0, 0.0
    near = torch.minimum((h - ends[0]).abs(), (h - ends[1]).abs()) < 0.01
    return 0.0, (near.double().mean(0) > 0.9).double().mean().item()


def _norm(g) -> float:
    return 0.0 if g is None else g.double().norm().item()


def _finite(t) -> bool:
    return bool(torch.isfinite(t.coalesce().values() if t.is_sparse else t).all())


def _first_real(tree):
    if isinstance(tree, torch.Tensor):
        return tree
    return _first_real(next(iter(tree.values())) if isinstance(tree, dict) else tree[0])


def tensors(tree) -> list[torch.Tensor]:
    """All tensors in nested tuples, lists and dicts."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [t for part in tree for t in tensors(part)] if isinstance(tree, (tuple, list)) else []


def ratio(profile: list[float]) -> float:
    """First over last signal."""
    return profile[0] / profile[-1] if profile[-1] else math.inf if profile[0] else 1.0


def straightness(profile: list[float]) -> float:
    """r² of the logarithm of the profile over its places; zeros are left out."""
    points = [(i, math.log(s)) for i, s in enumerate(profile) if s > 0]
    if len(points) < 3:
        return 1.0
    x, y = (torch.tensor(v, dtype=torch.float64) for v in zip(*points, strict=True))
    return torch.corrcoef(torch.stack([x, y]))[0, 1].item() ** 2


def matrices(model) -> dict[str, torch.Tensor]:
    """Copies of all parameters with two dimensions or more, in float64, by name."""
    return {n: p.detach().double().clone() for n, p in model.named_parameters() if p.dim() > 1}


def moved(before: dict, after: dict) -> dict[str, float]:
    """Distance of each matrix from where it was, relative to its norm; matrices of zeros are left out."""
    return {n: ((after[n] - w).norm() / w.norm()).item() for n, w in before.items() if w.norm() > 0}


def sensible(patient: Patient, steps: int = 60) -> list[float]:
    """The loss over steps of plain SGD in float64, each of a size that moves the fastest matrix by two hundredths of its norm."""
    it = twin(patient)
    held = [p for p in it.model.parameters() if p.requires_grad]
    losses = []
    for _ in range(steps):
        loss = it.loss()
        losses.append(loss.item())
        found = torch.autograd.grad(loss, held, allow_unused=True)
        found = [None if g is None else g.to_dense() if g.is_sparse else g for g in found]
        fastest = max(
            (g.norm() / w.norm()).item()
            for g, w in zip(found, held, strict=True)
            if g is not None and w.dim() > 1 and w.norm() > 0
        )
        with torch.no_grad():
            for g, w in zip(found, held, strict=True):
                if g is not None and fastest > 0:
                    w -= 0.02 / fastest * g
    return [*losses, it.loss().item()]


def falls(losses: list[float], share: float = 0.1) -> bool:
    """Whether the lowest of the last losses is below the first by a share of it."""
    return min(losses[-5:]) < losses[0] - share * abs(losses[0])


def run(patient: Patient, steps: int) -> tuple[list[float], Patient]:
    """(the loss before each of the steps and after the last, the trained copy)."""
    it = patient.copy()
    losses = [it.step() for _ in range(steps)]
    with torch.no_grad():
        losses.append(it.loss().item())
    return losses, it


# ---------- what each label asks ----------


def confirm(case, patient: Patient) -> None:
    """Raise Unconfirmed with the case's name unless its own measurement confirms its label."""
    fault = CONFIRM[case.label](patient)
    if fault:
        raise Unconfirmed(f"{case.name}: not {case.label}: {fault}")


def _before(patient: Patient, label: str, own: Seen, exact: Seen | None) -> str:
    """What is found of the causes that rank before `label`; empty where nothing is."""
    at = ORDER.index(label) if label in ORDER else len(ORDER)
    ahead = ORDER[:at]
    if "nonfinite_layer" in ahead and not own.finite:
        return "loss or gradient is not finite"
    if "disconnected_layers" in ahead and own.unreached:
        return f"no path to {own.unreached}"
    if (
        "symmetric_init" in ahead
        and alike(patient.model)
        and alike(_trained_twin(patient).model, 1e-9)
    ):
        return f"units of {alike(patient.model)} are alike and stay so"
    if "underflow" in ahead and lost(own, exact) > 0.3 and (label == "healthy" or _sound(exact)):
        return f"{lost(own, exact):.0%} of a gradient is lost"
    if "dead_units" in ahead and own.dead > ALIVE:
        return f"{own.dead:.0%} of a layer is dead"
    if "saturated_units" in ahead and own.pinned > ALIVE:
        return f"{own.pinned:.0%} of a layer is pinned"
    if "vanishing" in ahead:
        profile = exact.profile
        if profile[0] == 0 and any(
            not w.any() for w in matrices(patient.model).values()
        ):  # a matrix of zeros that starts to move
            profile = look(twin(run(patient, 5)[1])).profile
        if not 1 / SOUND < ratio(profile) < SOUND:
            return f"first over last signal is {ratio(profile):.1e}"
    return ""


def _sound(exact: Seen) -> bool:
    return 1 / SOUND < ratio(exact.profile) < SOUND and max(exact.dead, exact.pinned) < ALIVE


def _looked(patient: Patient, label: str) -> tuple[Seen, Seen, str]:
    own, exact = look(patient), look(twin(patient))
    return own, exact, _before(patient, label, own, exact)


def lost(own: Seen, exact: Seen) -> float:
    """The largest share, over matrices, of the gradient's entries alive in float64 that are zero in the net's own precision."""
    shares = [0.0]
    for name, g in exact.gradients.items():
        mine = own.gradients[name]
        if g is not None and mine is not None and g.dim() > 1 and not g.is_sparse:
            alive = g.abs() > 1e-3 * g.abs().max()
            shares.append(((mine == 0) & alive).sum().item() / max(alive.sum().item(), 1))
    return max(shares)


def alike(model, slack: float = 0.0) -> str:
    """The first hidden layer whose units all have equal incoming weights, and are more than one; empty if there is none."""
    layers = [
        m
        for m in model.modules()
        if isinstance(m, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.RNNBase, nn.RNNCellBase))
    ]
    names = {id(m): n for n, m in model.named_modules()}
    for m in layers[:-1] if isinstance(layers[-1], nn.Linear) else layers:
        weights = [p for n, p in m.named_parameters(recurse=False) if n.startswith("weight")]
        rows = weights[0].shape[0] if weights else 0
        if rows > 1 and all(_equal_units(w, m, slack) for w in weights):
            return names[id(m)]
    for name, m in model.named_modules():  # adapters: the ranks are the units
        if (
            hasattr(m, "base")
            and hasattr(m, "a")
            and bool((m.a == m.a[:1]).all())
            and bool((m.b == m.b[:, :1]).all())
        ):
            return f"{name}.a"
    return ""


def _equal_units(w, module, slack: float) -> bool:
    units = getattr(module, "hidden_size", w.shape[0])
    w = w.detach().double().reshape(-1, units, *w.shape[1:]).movedim(1, 0)
    if isinstance(module, (nn.RNNBase, nn.RNNCellBase)) and w.shape[-1] == units:
        w = w.sum(
            -1, keepdim=True
        )  # recurrent weights: equal up to the order of the units they come from
    return bool(((w - w[:1]).abs() <= slack * w.abs().max()).all())


def _healthy(patient: Patient) -> str:
    own, exact, found = _looked(patient, "healthy")
    fixed = [
        n
        for n, p in patient.model.named_parameters()
        if not p.requires_grad or id(p) not in _held(patient)
    ]
    if found or fixed:
        return found or f"{fixed} can't change"
    losses, _ = run(patient, patient.steps)
    if patient.learns == "rest":
        floor = _exchanged(patient)
        return (
            ""
            if max(losses) < 1e-3 * floor
            else f"loss {max(losses):.1e} is not at rest, exchanged answers give {floor:.1e}"
        )
    if patient.learns == "slowly":
        size = max(moved(matrices(patient.model), matrices(run(patient, 1)[1].model)).values())
        if not 1e-7 < size < 0.1:
            return f"relative update {size:.1e}"
        return (
            ""
            if losses[-1] < losses[0] and falls(sensible(patient))
            else f"the loss goes from {losses[0]:.6g} to {losses[-1]:.6g}"
        )
    return "" if falls(losses) else f"the loss goes from {losses[0]:.4g} to {losses[-1]:.4g}"


def _held(patient: Patient) -> set[int]:
    return {id(p) for group in patient.optimizer.param_groups for p in group["params"]}


def _exchanged(patient: Patient) -> float:
    it = patient.copy()
    it.targets = it.targets.roll(1, 0)
    with torch.no_grad():
        return it.loss().item()


def _flow(patient: Patient, label: str) -> str:
    own, exact, found = _looked(patient, label)
    if found:
        return found
    first, straight = ratio(exact.profile), straightness(exact.profile)
    beyond = first < 1 / BEYOND if label == "vanishing" else first > BEYOND
    silent = label == "vanishing" and exact.profile[0] == 0 and exact.profile[-1] > 0
    return (
        ""
        if beyond and (straight > STRAIGHT or silent)
        else f"first over last signal is {first:.1e}, r² {straight:.2f}"
    )


def _vanishing(patient: Patient) -> str:
    return _flow(patient, "vanishing")


def _exploding(patient: Patient) -> str:
    return _flow(patient, "exploding")


def _dead(patient: Patient) -> str:
    own, exact, found = _looked(patient, "dead_units")
    return found or (
        "" if min(own.dead, exact.dead) > SILENT else f"at most {own.dead:.0%} of a layer is dead"
    )


def _saturated(patient: Patient) -> str:
    own, exact, found = _looked(patient, "saturated_units")
    most = min(max(own.pinned, own.pinned_output), max(exact.pinned, exact.pinned_output))
    return found or ("" if most > SILENT else f"at most {most:.0%} of a layer is pinned")


def _too_small(patient: Patient) -> str:
    own, exact, found = _looked(patient, "learning_rate_too_small")
    if found:
        return found
    losses, after = run(patient, 10)
    size = max(moved(matrices(patient.model), matrices(after.model)).values())
    if size > 10 * SMALL or abs(losses[-1] - losses[0]) > 1e-6 * abs(losses[0]):
        return f"ten steps move a matrix by {size:.1e}, the loss from {losses[0]:.8g} to {losses[-1]:.8g}"
    return "" if falls(sensible(patient)) else "the loss does not fall at a sensible rate either"


def _too_large(patient: Patient) -> str:
    own, exact, found = _looked(patient, "learning_rate_too_large")
    if found:
        return found
    losses, after = run(patient, 1)
    sizes = moved(matrices(patient.model), matrices(after.model)).values()
    share = sum(s > LARGE for s in sizes) / len(sizes)
    if share < MOST or not (losses[-1] > 1.5 * losses[0] or not math.isfinite(losses[-1])):
        return f"{share:.0%} of matrices move by twice their norm, the loss goes from {losses[0]:.4g} to {losses[-1]:.4g}"
    return "" if falls(sensible(patient)) else "the loss does not fall at a sensible rate either"


def _fixed_and_moved(patient: Patient, steps: int = 5) -> tuple[set[str], set[str]]:
    """Names of parameters that are bit for bit as before after some steps, and of the rest."""
    before = {n: p.detach().clone() for n, p in patient.model.named_parameters()}
    _, after = run(patient, steps)
    fixed = {n for n, p in after.model.named_parameters() if torch.equal(p.detach(), before[n])}
    return fixed, set(before) - fixed


def _frozen(patient: Patient) -> str:
    own, exact = look(patient), look(twin(patient))
    found = _before(patient, "learning_rate_too_large", own, exact)
    fixed, others = _fixed_and_moved(patient)
    meant = {
        n
        for n, p in patient.model.named_parameters()
        if not p.requires_grad or id(p) not in _held(patient)
    }
    if found or not meant:
        return found or "every parameter can change"
    if not meant <= fixed or not others:
        return f"{sorted(meant - fixed)} moved, or nothing did"
    size = max(moved(matrices(patient.model), matrices(run(patient, 3)[1].model)).values())
    return "" if 1e-7 < size < 0.5 else f"relative update {size:.1e}"


def _disconnected(patient: Patient) -> str:
    own, exact, found = _looked(patient, "disconnected_layers")
    if found or not own.unreached:
        return found or "every trainable parameter is reached"
    fixed, others = _fixed_and_moved(patient)
    return (
        ""
        if set(own.unreached) <= fixed and others
        else f"{sorted(set(own.unreached) - fixed)} moved, or nothing did"
    )


def _bad_inputs(patient: Patient) -> bool:
    return not all(
        _finite(t) for t in tensors((patient.inputs, patient.targets)) if t.is_floating_point()
    )


def _nonfinite_input(patient: Patient) -> str:
    if not _bad_inputs(patient) or look(patient).finite:
        return "inputs and targets, or loss and gradients, are finite"
    it = patient.copy()
    it.inputs, it.targets = _mended(it.inputs), _mended(it.targets)
    return "" if look(it).finite else "not finite with finite inputs either"


def _mended(tree):
    if isinstance(tree, torch.Tensor):
        return torch.nan_to_num(tree, 0.0, 0.0, 0.0) if tree.is_floating_point() else tree
    if isinstance(tree, dict):
        return {k: _mended(v) for k, v in tree.items()}
    return type(tree)(_mended(v) for v in tree) if isinstance(tree, (tuple, list)) else tree


def _nonfinite_layer(patient: Patient) -> str:
    return (
        ""
        if not _bad_inputs(patient) and not look(patient).finite
        else "inputs are not finite, or all is finite"
    )


def _underflow(patient: Patient) -> str:
    own, exact, found = _looked(patient, "underflow")
    if found or lost(own, exact) < 0.9:
        return found or f"at most {lost(own, exact):.0%} of a gradient is lost"
    learns = _sound(exact) and falls(sensible(patient))
    return "" if learns else f"the float64 twin is not sound: {ratio(exact.profile):.1e}"


def _symmetric(patient: Patient) -> str:
    own, exact, found = _looked(patient, "symmetric_init")
    if found:
        return found
    return "" if alike(_trained_twin(patient).model, 1e-9) else "units differ after five steps"


def _trained_twin(patient: Patient, steps: int = 5) -> Patient:
    """The float64 twin after steps of gradient descent in which the largest gradient moves its parameter by a tenth."""
    it = twin(patient)
    held = [p for p in it.model.parameters() if p.requires_grad]
    for _ in range(steps):
        grads = torch.autograd.grad(it.loss(), held, allow_unused=True)
        grads = [g.to_dense() if g is not None and g.is_sparse else g for g in grads]
        largest = max(g.norm().item() for g in grads if g is not None) or 1.0
        with torch.no_grad():
            for g, w in zip(grads, held, strict=True):
                if g is not None:
                    w -= 0.1 / largest * g
    return it


CONFIRM = {
    "healthy": _healthy,
    "vanishing": _vanishing,
    "exploding": _exploding,
    "dead_units": _dead,
    "saturated_units": _saturated,
    "learning_rate_too_small": _too_small,
    "learning_rate_too_large": _too_large,
    "frozen_layers": _frozen,
    "disconnected_layers": _disconnected,
    "nonfinite_input": _nonfinite_input,
    "nonfinite_layer": _nonfinite_layer,
    "underflow": _underflow,
    "symmetric_init": _symmetric,
}
assert set(HALF) and set(CONFIRM) == set(CLASSES)
