"""Post-norm and pre-norm transformers at initialization: gradients block by block, and tokens that grow alike.

A block is self-attention (no mask) and a feed-forward net of ReLU units four times as wide, each with a skip.
`post`: h ← LN(h + F(h)), as in Vaswani et al. 2017. `pre`: h ← h + F(LN(h)), and one LN at the end. `scaled`: as `pre`, with the
matrices that end a branch divided by √(2 · depth), as in Radford et al. 2019. Every matrix is drawn by Xavier's uniform rule, biases
are zero. Inputs are standard normal tokens; the loss is the mean cross-entropy of a Xavier readout against random classes. Float64.

Weight gradients are Frobenius norms; the signal is the norm of ∂L/∂h over all tokens, after each block.
Theory at initialization: Xiong et al. 2020 find that the weight gradient of the last block's feed-forward net does not depend on
depth with post-norm and falls as 1/√depth with pre-norm. With pre-norm h grows from block to block while each branch sees unit
variance, so block l adds about the share (v_l − v_{l−1}) / v_{l−1} to the mean square of the gradient, v being the variance of h;
the signal after block l of N is then √(v_N / v_l) times that after the last.

`apart.…`: the share of the tokens' norm that tells them apart, ‖X − mean over tokens‖ / ‖X‖, in stacks of attention alone, with
skips, and with skips and feed-forward nets (Dong et al. 2021); a LayerNorm after each keeps the size of the tokens.
"""

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments._transformers import HEADS, WIDTH, attention, block, drawn, layer_norm
from snippets.measurement import Measurement, over_seeds, setting

TOKENS, BATCH, CLASSES = 16, 2, 10
DEPTHS, SHOWN = (6, 12, 24, 48), 24
SEEDS, SPOT = range(40), range(4)
NETS = {
    "post": "a post-norm transformer",
    "pre": "a pre-norm transformer",
    "scaled": "a pre-norm transformer with scaled branches",
}
MATRICES = {
    "down": "the feed-forward net's second matrix",
    "v": "the values' matrix",
    "q": "the queries' matrix",
}
APART_DEPTH = 12
APART = {
    "attention": "attention alone",
    "skips": "attention with skips",
    "block": "attention and feed-forward nets with skips",
}
ROUNDED = 1e-11  # tokens that agree to the last places of float64 leave query gradients that are rounding, another on every processor


def gradients(net: str, depth: int) -> dict[str, list[float]]:
    """Per block: norms of the weight gradients and of the signal after it, and the variance of h after it."""
    place, scale = (
        ("post", 1.0) if net == "post" else ("pre", (2 * depth) ** -0.5 if net == "scaled" else 1.0)
    )
    blocks = [
        {name: weight.requires_grad_() for name, weight in drawn(scale).items()}
        for _ in range(depth)
    ]
    readout = nn.init.xavier_uniform_(torch.empty(CLASSES, WIDTH))
    h, states = torch.randn(1, BATCH, TOKENS, WIDTH), []
    for weights in blocks:
        h = block(h, weights, place)
        h.retain_grad()
        states.append(h)
    out = h if place == "post" else layer_norm(h)
    F.cross_entropy(
        (out @ readout.T).flatten(0, 2), torch.randint(CLASSES, (BATCH * TOKENS,))
    ).backward()
    return {
        **{name: [norm(weights[name].grad) for weights in blocks] for name in MATRICES},
        "signal": [norm(h.grad) for h in states],
        "variance": [h.detach().square().mean().item() for h in states],
    }


def apart(kind: str) -> list[float]:
    """‖X − mean over tokens‖ / ‖X‖ before the first layer and after each; kind: a key of APART."""
    h, shares = layer_norm(torch.randn(1, BATCH, TOKENS, WIDTH)), []
    for _ in range(APART_DEPTH + 1):
        shares.append(norm(h - h.mean(2, keepdim=True)) / norm(h))
        weights = drawn()
        h = (
            block(h, weights, "post")
            if kind == "block"
            else layer_norm(attention(h, weights) + (h if kind == "skips" else 0))
        )
    return shares


def run(seed: int) -> dict:
    """All nets and depths, and the three stacks whose tokens grow alike, for one seed."""
    found = {}
    with float64():
        for net in NETS:
            for depth in DEPTHS:
                torch.manual_seed(seed)
                found[net, depth] = gradients(net, depth)
        with torch.no_grad():
            for kind in APART:
                torch.manual_seed(seed)
                found[kind] = apart(kind)
    return found


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Weight gradients, signal and variance of every net and depth, in full at the depth SHOWN; how far tokens stay apart."""
    runs = each(run, seeds)
    kept = {
        "width": setting(WIDTH, "width of the transformer"),
        "heads": setting(HEADS, "attention heads"),
        "tokens": setting(TOKENS, "tokens of a sequence"),
        "seeds": setting(len(runs), "seeds of each transformer"),
        "shown": setting(SHOWN, "blocks of the transformer whose layers are shown"),
        "apart.depth": setting(APART_DEPTH, "layers of the stacks whose tokens are compared"),
    } | {f"depth.{depth}": setting(depth, "blocks of a transformer") for depth in DEPTHS}
    for net, label in NETS.items():
        for depth in DEPTHS:
            where, key = f"{label} of {depth} blocks at initialization", f"{net}.at{depth}"
            found = [r[net, depth] for r in runs]
            for name, matrix in MATRICES.items():
                what = f"norm of ∂L/∂W of {matrix} in the {{}} block of {where}"
                kept[f"{key}.{name}.first"] = over_seeds(
                    [f[name][0] for f in found], what.format("first")
                )
                kept[f"{key}.{name}.last"] = over_seeds(
                    [f[name][-1] for f in found], what.format("last"), atol=ROUNDED
                )
            kept[f"{key}.down.tilt"] = over_seeds(
                [f["down"][0] / f["down"][-1] for f in found],
                f"norm of ∂L/∂W of {MATRICES['down']}, first block over last, in {where}",
            )
            kept[f"{key}.signal.gain"] = over_seeds(
                [f["signal"][0] / f["signal"][-1] for f in found],
                f"norm of ∂L/∂h after the first block over that after the last, {where}",
            )
            kept[f"{key}.variance"] = over_seeds(
                [f["variance"][-1] for f in found],
                f"mean square of h after the last block of {where}",
            )
            kept[f"{key}.signal.predicted"] = over_seeds(
                [(f["variance"][-1] / f["variance"][0]) ** 0.5 for f in found],
                f"gain of ∂L/∂h from the last block to the first that the growth of h predicts for {where}",
            )
        for depth in DEPTHS[1:]:
            kept[f"{net}.at{depth}.shrink"] = Measurement(
                kept[f"{net}.at{depth}.down.last"].value
                / kept[f"{net}.at{DEPTHS[0]}.down.last"].value,
                f"norm of ∂L/∂W of {MATRICES['down']} in the last of {depth} blocks over that of {DEPTHS[0]} blocks, {label}",
                n=len(runs),
            )
        where = f"each block of {label} of {SHOWN} blocks at initialization"
        for name, matrix in MATRICES.items():
            kept[f"{net}.{name}_profile"] = over_seeds(
                [r[net, SHOWN][name] for r in runs],
                f"norm of ∂L/∂W of {matrix} in {where}",
                atol=ROUNDED,
            )
        kept[f"{net}.signal_profile"] = over_seeds(
            [[g / r[net, SHOWN]["signal"][-1] for g in r[net, SHOWN]["signal"]] for r in runs],
            f"norm of ∂L/∂h after {where}, 1 after the last",
        )
        kept[f"{net}.predicted_profile"] = over_seeds(
            [
                [(r[net, SHOWN]["variance"][-1] / v) ** 0.5 for v in r[net, SHOWN]["variance"]]
                for r in runs
            ],
            f"norm of ∂L/∂h that the growth of h predicts after {where}, 1 after the last",
        )
    for depth in DEPTHS[1:]:
        kept[f"shrink.predicted.at{depth}"] = Measurement(
            (DEPTHS[0] / depth) ** 0.5,
            f"the root of {DEPTHS[0]} over {depth} that theory predicts for pre-norm",
            show="2",
        )
    for kind, label in APART.items():
        profiles = [r[kind] for r in runs]
        what = f"share of the tokens' norm that tells them apart, {label}"
        kept[f"apart.{kind}.profile"] = over_seeds(
            profiles, f"{what}, before the first layer and after each", atol=ROUNDED
        )
        for layer in (2, 4, APART_DEPTH):
            kept[f"apart.{kind}.at{layer}"] = over_seeds(
                [p[layer] for p in profiles], f"{what}, after {layer} layers", atol=ROUNDED
            )
    return loosened(kept, DRAWN)
