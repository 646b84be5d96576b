"""How much of a gradient each step back through time leaves: tanh RNN, GRU and LSTM as PyTorch starts them.

Each net reads standard normal inputs for STEPS steps; a random gradient stands at the last hidden state, in float64. The
factor per step is a geometric mean over all steps but the last EDGE, in which the gradient still spreads from the last
hidden state to all of the state; for the LSTM's cell it is taken of ∂L/∂c likewise.
`lstm_open` has its forget gate's bias set to FORGET, `gru_open` its update gate's; `sweep…` does so for every one of BIASES.
`rho…` are nets h ← φ(W h + x) whose W, normal, is scaled to a chosen spectral radius ρ: with inputs, or `quiet` from a
random state without any. `nilpotent` is such a net whose W = Q T Qᵀ is a strictly triangular matrix in another basis: every
eigenvalue is zero by construction (a numerical one is useless here: W is far from normal).
Predicted is the factor of deep stacks, √(‖W‖² / n · mean φ'²), with the Frobenius norm and the slopes of the run; the bound
per step is the largest singular value times the largest slope, 1 for tanh and ¼ for the sigmoid.
"""

import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.measurement import Measurement, over_seeds, setting

STEPS, EDGE, WIDTH, INPUTS, BATCH, FORGET = 50, 10, 64, 64, 8, 3.0
SEEDS, SPOT = range(40), range(4)
CELLS = {
    "rnn": "a tanh RNN, PyTorch's default initialization",
    "rnn_orthogonal": "a tanh RNN with an orthogonal recurrent matrix",
    "gru": "a GRU, PyTorch's default initialization",
    "lstm": "an LSTM, PyTorch's default initialization",
    "lstm_open": "an LSTM with a large forget bias",
    "gru_open": "a GRU with a large update bias",
}
RADII = {
    "nilpotent": (0.0, "tanh", True),
    "rho15.tanh": (1.5, "tanh", True),
    "rho15.tanh.quiet": (1.5, "tanh", False),
    "rho15.sigmoid": (1.5, "sigmoid", True),
    "rho3.sigmoid": (3.0, "sigmoid", True),
    "rho8.sigmoid": (8.0, "sigmoid", True),
}
PHI = {"tanh": torch.tanh, "sigmoid": torch.sigmoid}
STEEPEST = {"tanh": 1.0, "sigmoid": 0.25}
NILPOTENT = (
    3.0  # root of n times the variance that the entries of the nilpotent matrix have on average
)
BIASES, SWEEP_SEEDS = (0, 1, 2, 3, 5), 20


def cell(name: str) -> nn.Module:
    """One recurrent cell in float64."""
    kind = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}[name.partition("_")[0]]
    made = kind(INPUTS, WIDTH)
    if name == "rnn_orthogonal":
        nn.init.orthogonal_(made.weight_hh)
    if name.endswith("_open"):
        hold(made, FORGET)
    return made.double()


@torch.no_grad()
def hold(made: nn.Module, bias: float) -> None:
    """Set the bias of the gate that keeps the state: the second block, in the order input, forget, … and reset, update, …"""
    made.bias_ih[WIDTH : 2 * WIDTH] = bias
    made.bias_hh[WIDTH : 2 * WIDTH] = 0.0


def unroll(net: nn.Module) -> tuple[list[float], list[float], float]:
    """(||dL/dh_t||, ||dL/dc_t|| for t = 1..T, mean of (1 - h²)²); the second list is empty without a cell state."""
    x = torch.randn(STEPS, BATCH, INPUTS).double()
    h = torch.zeros(BATCH, WIDTH, dtype=torch.float64)
    state = (h, h) if isinstance(net, nn.LSTMCell) else h
    hidden, carried = [], []
    for step in x:
        state = net(step, state)
        hidden.append(state[0] if isinstance(state, tuple) else state)
        carried += [state[1]] if isinstance(state, tuple) else []
    found = torch.autograd.grad(hidden[-1], hidden + carried, torch.randn(BATCH, WIDTH).double())
    slopes = (1 - torch.stack(hidden).detach().square()).square().mean().item()
    return [norm(g) for g in found[:STEPS]], [norm(g) for g in found[STEPS:]], slopes


def of_radius(rho: float) -> torch.Tensor:
    """A normal matrix of spectral radius rho; for 0 a nilpotent one."""
    weight = torch.randn(WIDTH, WIDTH)
    if rho:
        return weight * rho / torch.linalg.eigvals(weight).abs().max()
    basis = torch.linalg.qr(torch.randn(WIDTH, WIDTH))[0]
    return basis @ (NILPOTENT * math.sqrt(2 / WIDTH) * weight).triu(1) @ basis.T


def predicted(weight: torch.Tensor, slopes: float) -> float:
    """Root of (mean sum of squares of a row of W, times the mean squared slope)."""
    return math.sqrt(weight.square().sum().item() / WIDTH * slopes)


def at_radius(rho: float, phi: str, driven: bool) -> tuple[list[float], float, float]:
    """(||dL/dh_t|| for t = 1..T, largest singular value, predicted factor) of h <- phi(W h + x), W of spectral radius rho."""
    weight = of_radius(rho)
    h = torch.randn(BATCH, WIDTH).requires_grad_()
    states = []
    for _ in range(STEPS):
        h = PHI[phi](h @ weight.T + (torch.randn(BATCH, WIDTH) if driven else 0.0))
        states.append(h)
    found = torch.autograd.grad(states[-1], states, torch.randn(BATCH, WIDTH))
    out = torch.stack(states).detach()
    slopes = (1 - out.square() if phi == "tanh" else out * (1 - out)).square().mean().item()
    return (
        [norm(g) for g in found],
        torch.linalg.matrix_norm(weight, 2).item(),
        predicted(weight, slopes),
    )


def run(seed: int) -> dict:
    """All nets for one seed, and the default recurrent matrix taken apart."""
    found = {}
    for name in CELLS:
        torch.manual_seed(seed)
        net = cell(name)
        found[name], found[name, "cell"], slopes = unroll(net)
        if name.startswith("rnn"):
            weight = net.weight_hh.detach()
            found[name, "predicted"] = predicted(weight, slopes)
        if name == "rnn":
            found["radius"] = torch.linalg.eigvals(weight).abs().max().item()
            found["largest"] = torch.linalg.matrix_norm(weight, 2).item()
            vector = torch.randn(WIDTH).double()
            power = vector
            for _ in range(STEPS):
                power = weight.T @ power
            found["power"] = (norm(power) / norm(vector)) ** (1 / STEPS)
    for name, choice in RADII.items():
        torch.manual_seed(seed)
        with (
            float64()
        ):  # the nilpotent net enlarges the last places of float32 draws ten-thousandfold
            found[name], found[name, "largest"], found[name, "predicted"] = at_radius(*choice)
    return found


def sweep(seed: int) -> dict:
    """The factor per step that the state of an LSTM and of a GRU keep, for each bias of the gate that keeps it."""
    found = {}
    for kind in ("lstm", "gru"):
        for bias in BIASES:
            torch.manual_seed(seed)
            net = cell(kind)
            hold(net, bias)
            hidden, carried, _ = unroll(net)
            found[kind, bias] = factor(carried or hidden)
    return found


def factor(p: list[float]) -> float:
    """Geometric mean factor per step, the steps nearest the loss left out."""
    return (p[0] / p[-1 - EDGE]) ** (1 / (STEPS - 1 - EDGE))


def described(
    key: str, profiles: list[list[float]], where: str, state: str = "∂L/∂h"
) -> dict[str, Measurement]:
    """Factor per step, what is left after all steps, and the profile over time."""
    return {
        f"{key}.factor": over_seeds(
            [factor(p) for p in profiles],
            f"geometric mean factor per step of {state} in {where}",
            show="3",
        ),
        f"{key}.total": over_seeds(
            [p[0] / p[-1] for p in profiles],
            f"norm of {state} after the first step over that after the last, {where}",
        ),
        f"{key}.profile": over_seeds(
            [[x / p[-1] for x in p] for p in profiles],
            f"norm of {state} after each step, 1 at the last, {where}",
        ),
    }


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Factors per step of every net, and the radius and stretch of the default recurrent matrix."""
    runs = each(run, seeds)
    kept = {
        "steps": setting(STEPS, "steps through time"),
        "edge": setting(EDGE, "steps nearest the loss that the factor per step leaves out"),
        "width": setting(WIDTH, "hidden units"),
        "inputs": setting(INPUTS, "inputs in each step"),
        "batch": setting(BATCH, "sequences in the batch"),
        "seeds": setting(len(runs), "seeds of the recurrent nets"),
        "rnn_orthogonal.radius": setting(
            1, "spectral radius and largest singular value of an orthogonal matrix"
        ),
        "forget": setting(
            FORGET, "forget gate's bias of the LSTM that keeps its memory", show=".0f"
        ),
        "default.radius": over_seeds(
            [r["radius"] for r in runs],
            "spectral radius of PyTorch's default recurrent matrix",
            show="3",
        ),
        "default.largest": over_seeds(
            [r["largest"] for r in runs],
            "largest singular value of PyTorch's default recurrent matrix",
            show="3",
        ),
        "default.power": over_seeds(
            [r["power"] for r in runs],
            "geometric mean factor per step of a random vector multiplied by the default recurrent matrix",
            show="3",
        ),
        "default.above_one": Measurement(
            sum(r["largest"] > 1 for r in runs),
            "seeds in which the default recurrent matrix has a singular value above one",
            n=len(runs),
            rtol=0,
        ),
    }
    for name, where in CELLS.items():
        kept |= described(name, [r[name] for r in runs], where)
        if (name, "predicted") in runs[0]:
            kept[f"{name}.predicted"] = over_seeds(
                [r[name, "predicted"] for r in runs],
                f"factor per step of ∂L/∂h that weights and slopes predict for {where}",
                show="3",
            )
        if runs[0][name, "cell"]:
            kept |= described(f"{name}.cell", [r[name, "cell"] for r in runs], where, "∂L/∂c")
    for name, (rho, phi, driven) in RADII.items():
        where = f"a {phi} RNN of spectral radius {rho:g} {'with inputs' if driven else 'without inputs'}"
        kept[f"{name}.radius"] = setting(
            rho, f"spectral radius of the matrix of {where}", show=".1f" if rho % 1 else ".0f"
        )
        kept |= described(name, [r[name] for r in runs], where)
        kept[f"{name}.grows"] = Measurement(
            sum(r[name][0] > r[name][-1] for r in runs),
            f"seeds in which ∂L/∂h is larger after the first step than after the last, {where}",
            n=len(runs),
            rtol=0,
        )
        kept[f"{name}.vanishes"] = Measurement(
            sum(r[name][0] < r[name][-1] for r in runs),
            f"seeds in which ∂L/∂h is smaller after the first step than after the last, {where}",
            n=len(runs),
            rtol=0,
        )
        kept[f"{name}.largest"] = over_seeds(
            [r[name, "largest"] for r in runs],
            f"largest singular value of the matrix of {where}",
            show="3",
        )
        kept[f"{name}.bound"] = over_seeds(
            [STEEPEST[phi] * r[name, "largest"] for r in runs],
            f"largest factor per step of ∂L/∂h that singular value and slope allow in {where}",
            show="3",
        )
        kept[f"{name}.predicted"] = over_seeds(
            [r[name, "predicted"] for r in runs],
            f"factor per step of ∂L/∂h that weights and slopes predict for {where}",
            show="3",
        )
    swept = each(sweep, seeds[:SWEEP_SEEDS])
    kept["sweep.seeds"] = setting(len(swept), "seeds at each bias of the gate that keeps the state")
    for bias in BIASES:
        kept[f"bias{bias}"] = setting(bias, "bias of the gate that keeps the state")
        kept[f"bias{bias}.gate"] = Measurement(
            1 / (1 + math.exp(-bias)), "value of a gate at this bias, without input", show="3"
        )
        kept[f"bias{bias}.time"] = Measurement(
            1 + math.exp(bias), "steps that a gate at this bias remembers, 1/(1 − gate)", show="3"
        )
        kept[f"bias{bias}.lstm"] = over_seeds(
            [r["lstm", bias] for r in swept],
            f"geometric mean factor per step of ∂L/∂c in an LSTM with forget bias {bias}",
            show="3",
        )
        kept[f"bias{bias}.gru"] = over_seeds(
            [r["gru", bias] for r in swept],
            f"geometric mean factor per step of ∂L/∂h in a GRU with update bias {bias}",
            show="3",
        )
    return loosened(kept, DRAWN)
