"""Four published rule sets for diagnosing training, written anew from their descriptions: they judge the doctor's benchmark nets.

Each tool watches STEPS real training steps of a copy of the net, on its own batch, with its own optimizer (one step is one epoch:
the batch is the whole data). It sees more than it would in its own framework: activations applied as functions too, and recurrent
steps. It returns the code of the doctor that its symptom stands for, or 'healthy'. Where a tool leaves room, it is read in the
way that helps it; those places are marked below.

What was read, and where:
- SageMaker Debugger: the built-in rules' documentation (rules, defaults, their order), `sagemaker_rules` in the reference list.
  Its source is closed. PoorWeightInitialization combines three conditions in a way the documentation leaves open: read here as
  (variance ratio or narrow gradients) and a loss that has not fallen for `patience` steps. WeightUpdateRatio is asked of trainable
  tensors alone, so that frozen ones are left to UnchangedTensor. Symptoms: DeadRelu → dead_units, ExplodingTensor → nonfinite_layer
  (it looks for NaN and infinity alone), PoorWeightInitialization → exploding where the variance grows over depth, else vanishing,
  SaturatedActivation → saturated_units, VanishingGradient → vanishing, WeightUpdateRatio → learning_rate_too_large or _too_small,
  UnchangedTensor → frozen_layers.
- AUTOTRAINER: `AutoTrainer/utils/monitor.py` of the authors' repository, `zhang2021` (thresholds, their order, the condition on
  accuracy). Nets without classes get the share of the loss that is gone in place of accuracy, and the training batch stands for
  the test set. Symptoms: relu → dead_units, explode → exploding, vanish → vanishing, not_converge (slow) → learning_rate_too_small,
  unstable → learning_rate_too_large.
- DeepDiagnosis: `callback/callbacks.py` of the authors' repository (thresholds and order). Its checks of ranges and accuracy have no
  counterpart here. Symptoms: Numerical Problem → nonfinite_layer, and where the number is exactly zero dead_units for a
  ReLU's output and vanishing for a gradient; Dead Node → dead_units; Saturated Activation → saturated_units; Vanishing Gradient
  → vanishing; Unchange Tensor and Loss Not Decreasing → what
  its own analysis of the update ratio says, else frozen_layers and learning_rate_too_small.
- TheDeepChecker: `deep_checker/hooks.py` and `checkers.py` of the authors' repository (rules and their order). Its file of
  settings could not be read: thresholds on gradients, updates and activations are taken from a survey of the published tools, the
  rest from a port to PyTorch by others. It reports everything it finds; read here in the order that helps it: what names one cause
  before the spread of activations, which fires most. Symptoms: constant initial weights → symmetric_init; NaN or infinity →
  nonfinite_layer; dead or saturated activations; vanishing and exploding gradients; untrained weights → frozen_layers; slow and
  fast updates, diverging weights and losses → the rate; spread below and above its limits → vanishing and exploding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch.overrides import TorchFunctionMode

from snippets.experiments._doctor_labels import tensors
from snippets.experiments._doctor_zoo_parts import Patient

STEPS = 20
LIMITS = {
    "sagemaker": {
        "vanishing": 1e-7,
        "relu_activity": 0.01,
        "layer_share": 0.5,
        "tanh": (-9.4999, 9.4999),
        "sigmoid": (-23.0, 16.99999),
        "saturated_activity": 0.01,
        "update_large": 10.0,
        "update_small": 1e-8,
        "epsilon": 1e-9,
        "variance_ratio": 10.0,
        "gradient_range": 1e-3,
        "patience": 5,
        "init_steps": 10,
        "unchanged_rtol": 1e-5,
        "unchanged_atol": 1e-8,
        "unchanged_steps": 3,
    },
    "autotrainer": {
        "first_over_last": 1e-3,
        "first": 1e-4,
        "explode": 70.0,
        "zeros": 0.7,
        "accuracy": 0.7,
        "stalled": 0.01,
        "from": 0.3,
        "loss": 1e5,
        "swing": 0.03,
        "swings": 0.2,
    },
    "deepdiagnosis": {
        "vanishing": 1e-7,
        "dead": 0.7,
        "input": 5.0,
        "saturated": 0.5,
        "update_small": 1e-5,
        "update_large": 1e-1,
        "every": 5,
    },
    "thedeepchecker": {
        "vanishing": 1e-6,
        "decay": 0.5,
        "exploding": 1e6,
        "growth": 2.0,
        "window": 5,
        "spread_low": 0.5,
        "spread_high": 2.0,
        "update_low": -4.0,
        "update_high": -1.0,
        "dead_value": 1e-5,
        "dead_percentile": 0.95,
        "units": 0.5,
        "saturation": 0.85,
        "weights": 1e8,
        "start": 3,
        "every": 3,
    },
}
TOOLS = {
    "sagemaker": "SageMaker Debugger",
    "autotrainer": "AUTOTRAINER",
    "deepdiagnosis": "DeepDiagnosis",
    "thedeepchecker": "TheDeepChecker",
}
# the faults that each has a rule for
FAULTS = {
    "sagemaker": (
        "dead_units",
        "nonfinite_layer",
        "exploding",
        "vanishing",
        "saturated_units",
        "learning_rate_too_large",
        "learning_rate_too_small",
        "frozen_layers",
    ),
    "autotrainer": (
        "dead_units",
        "exploding",
        "vanishing",
        "learning_rate_too_small",
        "learning_rate_too_large",
    ),
    "deepdiagnosis": (
        "nonfinite_layer",
        "dead_units",
        "saturated_units",
        "vanishing",
        "learning_rate_too_small",
        "learning_rate_too_large",
        "frozen_layers",
    ),
    "thedeepchecker": (
        "symmetric_init",
        "nonfinite_layer",
        "dead_units",
        "saturated_units",
        "vanishing",
        "exploding",
        "frozen_layers",
        "learning_rate_too_small",
        "learning_rate_too_large",
    ),
}


# ---------- what the tools see ----------


@dataclass
class Activation:
    """One activation of one pass, reduced to what the rules ask for; shares are over units, or over all entries where it says so."""

    kind: str
    inactive: float = 0.0  # units above zero on less than 1 % of samples
    dead: float = 0.0  # units whose 95th percentile of |h| is below 1e-5
    nonpositive: float = 0.0  # entries
    saturated: float = 0.0  # units whose input is within tanh's or sigmoid's wide limits on less than 1 % of samples
    far: float = 0.0  # entries whose input is beyond ±5
    full: float = 0.0  # units whose output is near an end on average
    mean: float = 0.0
    spread: float = 0.0
    variance_in: float = 0.0
    finite: bool = True


@dataclass
class Tensor:
    """A gradient, or a weight, reduced to what the rules ask for."""

    mean: float
    mean_abs: float
    norm: float
    zeros: float = 0.0
    size: int = 0
    range: float = 0.0  # between the 5th and the 95th percentile
    finite: bool = True


@dataclass
class Step:
    """One training step: what was before it, and how the weights moved."""

    loss: float
    accuracy: float | None
    activations: list[Activation]
    gradients: dict[str, Tensor] = field(default_factory=dict)
    weights: dict[str, Tensor] = field(default_factory=dict)
    updates: dict[str, float] = field(default_factory=dict)
    unchanged: dict[str, bool] = field(default_factory=dict)


class _Watch(TorchFunctionMode):
    """Reduce every call of relu, tanh and sigmoid."""

    NAMES = {
        "relu": "relu",
        "relu_": "relu",
        "relu6": "relu",
        "hardtanh": "relu",
        "tanh": "tanh",
        "tanh_": "tanh",
        "sigmoid": "sigmoid",
        "sigmoid_": "sigmoid",
    }

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kind = self.NAMES.get(getattr(func, "__name__", ""))
        z = args[0].detach().clone() if kind and args else None
        out = func(*args, **(kwargs or {}))
        if kind and z is not None and z.dim() > 1:
            self.seen.append(_activation(kind, z, out.detach()))
        return out


def _units(t):
    t = t.double()
    t = t.movedim(1, -1) if t.dim() == 4 else t
    return t.reshape(-1, t.shape[-1])


def _activation(kind: str, z, h) -> Activation:
    z, h = _units(z), _units(h)
    found = Activation(
        kind,
        mean=h.mean().item(),
        spread=h.std(correction=0).item(),
        variance_in=z.var(correction=0).item(),
        finite=bool(torch.isfinite(h).all()),
    )
    limits = LIMITS["thedeepchecker"]
    if kind == "relu":
        found.inactive = (
            ((h > 0).double().mean(0) < LIMITS["sagemaker"]["relu_activity"]).double().mean().item()
        )
        top = h.abs().nan_to_num().quantile(limits["dead_percentile"], dim=0)
        found.dead = (top < limits["dead_value"]).double().mean().item()
        found.nonpositive = (h <= 0).double().mean().item()
    else:
        low, high = LIMITS["sagemaker"][kind]
        inside = ((z > low) & (z < high)).double().mean(0)
        found.saturated = (
            (inside < LIMITS["sagemaker"]["saturated_activity"]).double().mean().item()
        )
        found.far = (z.abs() >= LIMITS["deepdiagnosis"]["input"]).double().mean().item()
        ends = h.abs() if kind == "tanh" else (2 * h - 1).abs()
        found.full = (ends.mean(0) > limits["saturation"]).double().mean().item()
    return found


def _tensor(t, distribution: bool = False) -> Tensor:
    t = (t.to_dense() if t.is_sparse else t).detach().double().flatten()
    low, high = t.quantile(t.new_tensor([0.05, 0.95])).tolist() if distribution else (0.0, 0.0)
    return Tensor(
        t.mean().item(),
        t.abs().mean().item(),
        t.norm().item(),
        (t == 0).double().mean().item(),
        t.numel(),
        high - low,
        bool(torch.isfinite(t).all()),
    )


def _accuracy(out, targets) -> float | None:
    answers = [t for t in tensors(targets) if not t.is_floating_point()]
    if not answers:
        return None
    for logits in tensors(out):
        if logits.dim() == answers[0].dim() + 1:
            return (logits.argmax(-1) == answers[0]).double().mean().item()
    return None


def observe(patient: Patient, steps: int = STEPS) -> list[Step]:
    """Train a copy, and keep what the tools look at."""
    it, log, first = patient.copy(), [], None
    named = dict(it.model.named_parameters())
    for _ in range(steps):
        it.optimizer.zero_grad()
        with _Watch() as watch:
            out = it.output()
        with it.surroundings():
            loss = it.loss_fn(out) if it.targets is None else it.loss_fn(out, it.targets)
        loss.backward()
        value, accuracy = loss.item(), _accuracy(out, it.targets)
        first = value if first is None else first
        step = Step(
            value,
            accuracy if accuracy is not None else 1 - value / first if first else 1.0,
            watch.seen,
        )
        step.gradients = {
            n: _tensor(p.grad, distribution=True) for n, p in named.items() if p.grad is not None
        }
        before = {n: p.detach().clone() for n, p in named.items()}
        step.weights = {n: _tensor(p) for n, p in named.items()}
        it.optimizer.step()
        for n, p in named.items():
            step.updates[n] = (p.detach().double() - before[n].double()).abs().mean().item() / max(
                step.weights[n].mean_abs, 1e-300
            )
            sage = LIMITS["sagemaker"]
            step.unchanged[n] = torch.allclose(
                p.detach(), before[n], sage["unchanged_rtol"], sage["unchanged_atol"]
            )
        log.append(step)
    return log


# ---------- the four rule sets ----------


def sagemaker(patient: Patient, log: list[Step]) -> str:
    """SageMaker Debugger's built-in rules, in the order of its documentation, at every step."""
    limits = LIMITS["sagemaker"]
    trainable = {n for n, p in patient.model.named_parameters() if p.requires_grad}
    for i, step in enumerate(log):
        if any(a.inactive > limits["layer_share"] for a in step.activations):
            return "dead_units"
        if any(not g.finite for g in step.gradients.values()):
            return "nonfinite_layer"
        poor = _poor_start(log[: i + 1], limits) if i < limits["init_steps"] else ""
        if poor:
            return poor
        if any(a.saturated > limits["layer_share"] for a in step.activations):
            return "saturated_units"
        if any(g.mean_abs < limits["vanishing"] for g in step.gradients.values()):
            return "vanishing"
        ratios = [
            r * w.mean_abs / (w.mean_abs + limits["epsilon"])
            for (n, r), w in zip(step.updates.items(), step.weights.values(), strict=True)
            if n in trainable and w.mean_abs > 0
        ]
        if any(r > limits["update_large"] for r in ratios):
            return "learning_rate_too_large"
        if any(r < limits["update_small"] for r in ratios):
            return "learning_rate_too_small"
        last = log[max(0, i + 1 - limits["unchanged_steps"]) : i + 1]
        if len(last) == limits["unchanged_steps"] and any(
            all(s.unchanged[n] for s in last) for n in step.unchanged
        ):
            return "frozen_layers"
    return "healthy"


def _poor_start(log: list[Step], limits: dict) -> str:
    step, before = log[-1], [s.loss for s in log[: -limits["patience"]]]
    if not before or min(s.loss for s in log[-limits["patience"] :]) < min(before):
        return ""
    variances = [a.variance_in for a in step.activations if a.kind == "relu"]
    uneven = len(variances) > 1 and max(variances) > limits["variance_ratio"] * min(variances)
    narrow = any(g.range < limits["gradient_range"] for g in step.gradients.values())
    if not uneven and not narrow:
        return ""
    return "exploding" if uneven and variances[-1] > variances[0] else "vanishing"


def autotrainer(patient: Patient, log: list[Step]) -> str:
    """AUTOTRAINER's monitor at the end of every epoch; gradients' symptoms add up over epochs."""
    limits, found = LIMITS["autotrainer"], {"relu": 0, "explode": 0, "vanish": 0}
    for epoch, step in enumerate(log, 1):
        gradients = list(step.gradients.values())
        if any(not g.finite for g in gradients) or any(not w.finite for w in step.weights.values()):
            return "exploding"
        kernels = [
            g
            for n, g in step.gradients.items()
            if dict(patient.model.named_parameters())[n].dim() > 1
        ] or gradients
        rate = (
            kernels[0].norm / kernels[-1].norm
            if kernels[-1].norm
            else math.inf
            if kernels[0].norm
            else math.nan
        )
        found["vanish"] += rate < limits["first_over_last"] and kernels[0].norm < limits["first"]
        found["explode"] += rate > limits["explode"]
        found["relu"] += sum(g.zeros * g.size for g in gradients) >= limits["zeros"] * sum(
            g.size for g in gradients
        )
        if not math.isfinite(step.loss) or step.loss >= limits["loss"]:
            return "exploding"
        if epoch < limits["from"] * len(log):
            continue
        accuracy = [s.accuracy for s in log[:epoch]]
        stalled = (
            max((b - a for a, b in zip(accuracy, accuracy[1:], strict=False)), default=0.0)
            < limits["stalled"]
        )
        if max(accuracy) < limits["accuracy"] or stalled:
            for symptom, code in (
                ("relu", "dead_units"),
                ("explode", "exploding"),
                ("vanish", "vanishing"),
            ):
                if found[symptom]:
                    return code
            if stalled:
                return "learning_rate_too_small"
        elif _swings(accuracy, limits):
            return "learning_rate_too_large"
    return "healthy"


def _swings(accuracy: list[float], limits: dict) -> bool:
    inner = list(zip(accuracy, accuracy[1:], accuracy[2:], strict=False))
    tops, dips = (
        [b for a, b, c in inner if b >= a and b >= c],
        [b for a, b, c in inner if b <= a and b <= c],
    )
    return sum(t - d >= limits["swing"] for t, d in zip(tops, dips, strict=False)) >= max(
        limits["swings"] * len(accuracy), 1
    )


def deepdiagnosis(patient: Patient, log: list[Step]) -> str:
    """DeepDiagnosis's callback at the end of every epoch."""
    limits = LIMITS["deepdiagnosis"]
    matrices = [n for n, p in patient.model.named_parameters() if p.dim() > 1]
    for epoch, step in enumerate(log, 1):
        last = log[max(0, epoch - limits["every"]) : epoch] if epoch % limits["every"] == 0 else []
        for a in step.activations:
            if not math.isfinite(a.mean):
                return "nonfinite_layer"
            if a.mean == 0:
                return "dead_units" if a.kind == "relu" else "vanishing"
            if a.kind == "relu" and epoch == len(log) and a.nonpositive >= limits["dead"]:
                return "dead_units"
            if last and a.kind != "relu" and a.far > limits["saturated"]:
                return "saturated_units"
        still = last and any(
            len({s.activations[k].mean for s in last}) == 1 for k in range(len(step.activations))
        )
        if still:
            return _by_updates(step, limits, "frozen_layers")
        if not math.isfinite(step.loss):
            return "nonfinite_layer"
        if last and len({s.loss for s in last}) == 1:
            return _by_updates(step, limits, "learning_rate_too_small")
        for n in reversed([n for n in matrices if n in step.gradients]):
            g = step.gradients[n]
            if not math.isfinite(g.mean) or g.mean == 0:
                return "vanishing" if g.mean == 0 else "nonfinite_layer"
            if g.mean_abs < limits["vanishing"]:
                return "vanishing"
        for n in reversed(matrices):
            if not math.isfinite(step.weights[n].mean):
                return "nonfinite_layer"
            still = (
                len({s.weights[n].mean for s in last}) == 1
                or len({s.gradients[n].mean for s in last if n in s.gradients}) == 1
            )
            if last and still:
                return _by_updates(step, limits, "frozen_layers")
    return "healthy"


def _by_updates(step: Step, limits: dict, otherwise: str) -> str:
    ratios = [
        r for n, r in step.updates.items() if n in step.gradients and step.weights[n].mean_abs > 0
    ]
    if any(r > limits["update_large"] for r in ratios):
        return "learning_rate_too_large"
    return (
        "learning_rate_too_small" if any(r < limits["update_small"] for r in ratios) else otherwise
    )


def thedeepchecker(patient: Patient, log: list[Step]) -> str:
    """TheDeepChecker's check of the initial weights, then of every third step of training on one batch."""
    limits = LIMITS["thedeepchecker"]
    matrices = [n for n, p in patient.model.named_parameters() if p.dim() > 1]
    if any(
        p.detach().double().var(correction=0) == 0
        for p in patient.model.parameters()
        if p.dim() > 1 and p.numel() > 1
    ):
        return "symmetric_init"
    unstable = ""
    for i in range(limits["start"], len(log), limits["every"]):
        step = log[i]
        if (
            not math.isfinite(step.loss)
            or any(not a.finite for a in step.activations)
            or any(not t.finite for t in [*step.weights.values(), *step.gradients.values()])
        ):
            return "nonfinite_layer"
        if any(
            step.weights[n].mean_abs > limits["weights"]
            or _runs(log, i, n, "weights", limits) >= limits["growth"]
            for n in matrices
        ):
            return "learning_rate_too_large"
        for a in step.activations:
            if (a.dead if a.kind == "relu" else a.full) > limits["units"]:
                return "dead_units" if a.kind == "relu" else "saturated_units"
            spread = (
                "vanishing"
                if a.spread < limits["spread_low"]
                else "exploding"
                if a.spread > limits["spread_high"]
                else ""
            )
            unstable = unstable or spread
        gradient = _gradients(log, i, [n for n in matrices if n in step.gradients], limits)
        if gradient:
            return gradient
        rate = _rate(log[i - limits["every"] : i], matrices, limits)
        if rate:
            return rate
    losses = [s.loss for s in log[:: limits["every"]]][-limits["window"] :]
    if all(b >= limits["growth"] * a for a, b in zip(losses, losses[1:], strict=False)):
        return "learning_rate_too_large"
    return unstable or "healthy"


def _runs(log: list[Step], i: int, name: str, what: str, limits: dict, pick=min) -> float:
    """The smallest (or largest) factor from step to step over the window; neutral where the window is not full."""
    values = [
        getattr(s, what)[name].mean_abs
        for s in log[max(0, i + 1 - limits["window"]) : i + 1]
        if name in getattr(s, what)
    ]
    factors = [b / a for a, b in zip(values, values[1:], strict=False) if a > 0]
    return pick(factors) if len(factors) == limits["window"] - 1 else 1.0


def _gradients(log: list[Step], i: int, names: list[str], limits: dict) -> str:
    for n in names:
        size = log[i].gradients[n].mean_abs
        if (
            size < limits["vanishing"]
            or _runs(log, i, n, "gradients", limits, max) <= limits["decay"]
        ):
            return "vanishing"
        if size > limits["exploding"] or _runs(log, i, n, "gradients", limits) >= limits["growth"]:
            return "exploding"
    return ""


def _rate(log: list[Step], names: list[str], limits: dict) -> str:
    for n in names:
        if not log[0].weights[n].mean_abs:
            continue
        logs = [math.log10(s.updates[n]) if s.updates[n] > 0 else 0.0 for s in log]
        mean = sum(logs) / len(logs)
        if mean == 0 or mean > limits["update_high"] or mean < limits["update_low"]:
            moving = (
                "learning_rate_too_large"
                if mean > limits["update_high"]
                else "learning_rate_too_small"
            )
            return "frozen_layers" if mean == 0 else moving
    return ""


RULES = {
    "sagemaker": sagemaker,
    "autotrainer": autotrainer,
    "deepdiagnosis": deepdiagnosis,
    "thedeepchecker": thedeepchecker,
}


def judged(patient: Patient) -> dict[str, str]:
    """What each tool says of a net."""
    log = observe(patient)
    return {name: rule(patient, log) for name, rule in RULES.items()}
