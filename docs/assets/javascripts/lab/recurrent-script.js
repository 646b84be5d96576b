/* Writes a recurrent net of the lab as a PyTorch program: the same weights and inputs, the same norms, by autograd. */

import { ACTIVATIONS } from "./activations.js";
import { STREAMS } from "./recurrence.js";
import { SETTINGS } from "./recurrent-settings.js";
import { exact, NORMALS, ORTHOGONAL, UNIFORMS, WORDS } from "./script.js";

/** In words: "a tanh net of 32 units over 50 steps". */
export const described = ({ net, phi, width, steps }) => {
  const kind = net === "lstm" ? "an LSTM" : `a ${SETTINGS.phi.options[phi]} net`;
  return `${kind} of ${width} units over ${steps} ${steps === 1 ? "step" : "steps"}`;
};

const matrix = ({ eigen, rho, sigma, phi }, a) => {
  const values = eigen === "equal" ? `${exact(rho)} * np.where(drawn < 0, -1.0, 1.0)` : `${exact(rho)} * (drawn / abs(drawn).max())`;
  const triangle = `# the diagonal makes the spectral radius ${rho}, what stands it the largest singular value ${sigma}
drawn = uniforms(${STREAMS.eigenvalues}, width)
above = np.triu(normals(${STREAMS.above}, width**2).reshape(width, width), 1)
T = np.diag(${values}) + ${exact(a)} * above
`;
  if (phi === "linear") return `${triangle}W = torch.from_numpy(T)  # turning the basis would change no norm, and make zeros inexact\n`;
  return `${triangle}Q = orthogonal(normals(${STREAMS.basis}, width**2).reshape(width, width))
W = torch.from_numpy(Q @ T @ Q.T)
`;
};

const inputs = ({ inputs: given, scale }) => (given === "off" ? "x = torch.zeros(steps, width)\n"
  : `x = ${scale === 1 ? "" : `${exact(scale)} * `}torch.from_numpy(normals(${STREAMS.inputs}, steps * width)).reshape(steps, width)\n`);

const head = (settings, link) => `"""How much of each state is left in the last one: ${described(settings)}.

Rebuilt from Where the Gradient Goes, and measured by autograd.${link ? `\n${link}` : ""}
"""
import numpy as np
import torch${settings.net === "lstm" ? "\nfrom torch import nn" : ""}

torch.set_default_dtype(torch.float64)
width, steps, seed = ${settings.width}, ${settings.steps}, ${settings.seed}

${WORDS}${NORMALS}${UNIFORMS}${settings.net === "lstm" || settings.phi === "linear" ? "" : ORTHOGONAL}
`;

const NORMS = `
def norms(last, states):
    """Largest singular value of ∂last/∂state, for each of the states."""
    found = torch.autograd.grad(last, states, torch.eye(width), is_grads_batched=True, retain_graph=True)
    return [torch.linalg.matrix_norm(J, 2).item() for J in found]

`;

const plain = (settings, a, link) => {
  const { phi, rho } = settings, { steepest, torch } = ACTIVATIONS[phi];
  const steep = steepest === 1 ? "" : `${exact(steepest)} * `;
  return `${head(settings, link)}${matrix(settings, a)}${inputs(settings)}

def run(x, h):
    """The states h_0 to h_T."""
    states = [h]
    for x_t in x:
        h = ${torch("W @ h + x_t")}
        states.append(h)
    return states

${NORMS}
states = run(x, torch.from_numpy(normals(${STREAMS.first}, width)).requires_grad_())
true = norms(states[-1], states)
sigma = ${steep}torch.linalg.matrix_norm(W, 2).item()
print("step  true       (γ σ_max)^k  ρ^k")
for t in range(steps, -1, -1):
    k = steps - t
    print(f"{t:4}  {true[t]:.3e}  {sigma**k:.3e}    {${exact(rho)}**k:.3e}")
`;
};

const gated = (settings, link) => {
  const [input, hidden, first, second] = STREAMS.lstm;
  return `${head(settings, link)}${inputs(settings)}cell = nn.LSTMCell(width, width)
with torch.no_grad():
    for name, stream in (("weight_ih", ${input}), ("weight_hh", ${hidden}), ("bias_ih", ${first}), ("bias_hh", ${second})):
        values = getattr(cell, name)
        values.copy_(torch.from_numpy(uniforms(stream, values.numel())).reshape(values.shape) / width**0.5)
    cell.bias_ih[width:2 * width] = ${exact(settings.forget)}  # the forget gate
    cell.bias_hh[width:2 * width] = 0.0


def run(x):
    """h_0 to h_T, c_0 to c_T and the mean forget gates; h and c are copied, so that each is a part of the state by itself."""
    h = [torch.zeros(width, requires_grad=True)]
    c = [torch.zeros(width, requires_grad=True)]
    gates = []
    for x_t in x:
        z = cell.weight_ih @ x_t + cell.bias_ih + cell.weight_hh @ h[-1] + cell.bias_hh
        gates.append(torch.sigmoid(z[width:2 * width]).mean().item())
        after = cell(x_t, (h[-1], c[-1]))
        h.append(after[0].clone())
        c.append(after[1].clone())
    return h, c, gates

${NORMS}
h, c, gates = run(x)
hidden, carried = norms(h[-1], h), norms(c[-1], c)
product = 1.0
print("step  ∂h_T/∂h_t  ∂c_T/∂c_t  product of mean forget gates")
for t in range(steps, -1, -1):
    print(f"{t:4}  {hidden[t]:.3e}  {carried[t]:.3e}  {product:.3e}")
    product *= gates[t - 1]
`;
};

/** The program; `a`, found by the lab, is what the strictly upper triangle is multiplied by; `link` leads back to the lab. */
export const pytorch = (settings, a, link = "") => (settings.net === "lstm" ? gated(settings, link) : plain(settings, a, link));
