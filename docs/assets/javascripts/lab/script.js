/* Writes the net of the lab as a PyTorch program: the same weights, the same norms, by autograd. */

import { ACTIVATIONS } from "./activations.js";
import { SETTINGS } from "./settings.js";

export const ORTHOGONAL = `
def orthogonal(A):
    """Orthonormal columns by modified Gram-Schmidt; the diagonal of R is positive."""
    Q = A.copy()
    for j in range(len(Q)):
        Q[:, j] /= np.sqrt((Q[:, j] ** 2).cumsum()[-1])
        q = Q[:, j, None]
        Q[:, j + 1:] -= q * (q * Q[:, j:]).sum(0)[1:]
    return Q

`;

export const NORMALS = `
def normals(stream, count):
    """Box-Muller. Rounded to float32, they are the same in every language."""
    a, b = words(stream, (count + 1) // 2)
    radius = np.sqrt(-2 * np.log((a + 1) / 2**32))
    angle = 2 * np.pi * (b / 2**32)
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return both.ravel()[:count].astype(np.float32).astype(np.float64)

`;

export const UNIFORMS = `
def uniforms(stream, count):
    """Uniform between -1 and 1."""
    drawn = (2 * words(stream, count)[0] + 1) / 2**32 - 1
    return drawn.astype(np.float32).astype(np.float64)

`;

export const WORDS = `
def words(stream, count):
    """Philox 2x32-10 (Salmon et al. 2011): two 32-bit words for each counter."""
    a, b = np.arange(count, dtype=np.uint64), np.full(count, stream, np.uint64)
    for turn in range(10):
        key = (seed + turn * 0x9E3779B9) % 2**32
        product = a * np.uint64(0xD256D193)
        a, b = (product >> 32) ^ key ^ b, product % 2**32
    return a, b

`;

/** A number as Python reads it back to the last bit. */
export const exact = (x) => (Number.isInteger(x) ? `${x}.0` : String(x));

const weights = ({ init, gain }) => {
  const factor = exact(gain);
  const square = "(width, width)";
  return {
    default: `${factor} * (1 / width**0.5) * uniforms(3 * l, width**2).reshape${square}`,
    xavier: `${factor} * (1 / width**0.5) * normals(3 * l, width**2).reshape${square}`,
    lecun: `${factor} * (1 / width**0.5) * normals(3 * l, width**2).reshape${square}`,
    he: `${factor} * (2 / width) ** 0.5 * normals(3 * l, width**2).reshape${square}`,
    orthogonal: `${factor} * orthogonal(normals(3 * l, width**2).reshape${square})`,
  }[init].replace(/^1\.0 \* /, "");
};

const biases = ({ init, bias }) => {
  const parts = [];
  if (init === "default") parts.push("uniforms(3 * l + 1, width) / width**0.5");
  if (bias > 0) parts.push(`${exact(bias)} * normals(3 * l + 2, width)`);
  return parts.join(" + ") || "np.zeros(width)";
};

const NORMS = { layer: "F.layer_norm(%, (width,))", batch: "F.batch_norm(%, None, None, training=True)" };

const LOSSES = {
  direction: ["direction = torch.from_numpy(normals(1, batch * width)).reshape(batch, width)",
    "(direction / (batch * width) ** 0.5 * h).sum()"],
  square: ["", "h.square().mean()"],
  entropy: ["labels = torch.from_numpy((words(1, batch)[0] % width).astype(np.int64))", "F.cross_entropy(h, labels)"],
};

/** The lines of `forward` that make layer l. */
const layer = ({ activation, norm, place, skip, order }) => {
  const normalized = (x) => NORMS[norm].replace("%", x);
  const phi = ACTIVATIONS[activation].torch;
  const at = norm === "none" ? "" : place;
  const a = at === "before" ? normalized("h") : "h";
  let branch = order === "pre" ? `F.linear(${phi(a)}, W, b)` : phi(`F.linear(${a}, W, b)`);
  if (at === "after") branch = normalized(branch);
  const sum = { none: branch, plain: `h + ${branch}`, scaled: `h + ${branch} / depth**0.5` }[skip];
  return at === "sum" ? normalized(sum) : sum;
};

/** In words: "30 layers of 64 units, ReLU, He". */
export const described = (settings) => [`${settings.depth} ${settings.depth === 1 ? "layer" : "layers"} of ${settings.width} units`,
  SETTINGS.activation.options[settings.activation], SETTINGS.init.options[settings.init]].join(", ");

/** The program; `link` leads back to the lab. */
export const pytorch = (settings, link = "") => {
  const { depth, width, batch, seed, init, loss } = settings;
  const [target, value] = LOSSES[loss];
  return `"""The signal in each layer: ${described(settings)}.

Rebuilt from Where the Gradient Goes, and measured by autograd.${link ? `\n${link}` : ""}
"""
import numpy as np
import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
depth, width, batch, seed = ${depth}, ${width}, ${batch}, ${seed}

${WORDS}${NORMALS}${init === "default" ? UNIFORMS : ""}${init === "orthogonal" ? ORTHOGONAL : ""}
def parameter(values):
    return torch.from_numpy(values).requires_grad_()


x = torch.from_numpy(normals(0, batch * width)).reshape(batch, width)
${target ? `${target}\n` : ""}layers = range(1, depth + 1)
weights = [parameter(${weights(settings)}) for l in layers]
biases = [parameter(${biases(settings)}) for l in layers]


def norm(g):
    """Scaled first, so that no square underflows or overflows."""
    largest = g.abs().max()
    scale = largest if 0 < largest < torch.inf else 1.0
    return (scale * (g / scale).norm()).item()


def norms(x):
    """‖∂L/∂h‖ and ‖∂L/∂W‖ for layer 1 to the last."""
    h, states = x, []
    for W, b in zip(weights, biases):
        h = ${layer(settings)}
        states.append(h)
    loss = ${value}
    found = torch.autograd.grad(loss, states + weights)
    return [norm(g) for g in found[:depth]], [norm(g) for g in found[depth:]]


signal, weight = norms(x)
print("layer  signal     weights")
for l in layers:
    print(f"{l:5}  {signal[l - 1]:.3e}  {weight[l - 1]:.3e}")
`;
};
