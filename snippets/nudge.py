"""Errors in the last place of what PyTorch computes, drawn at random: what another processor may do, which nobody here has.

A processor adds in its own order and has its own exponential. So a result of the operations below may differ in its last place from machine
to machine. What the standard of floating-point numbers fixes (a product, a difference, a comparison) may not, nor may a sum that needs no
rounding.
"""

from __future__ import annotations

import torch
from torch.utils._python_dispatch import TorchDispatchMode

INEXACT = frozenset(
    (
        "mm",
        "addmm",
        "bmm",
        "baddbmm",
        "mv",
        "addmv",
        "dot",
        "matmul",
        "linear",
        "convolution",
        "convolution_backward",
        "sum",
        "mean",
        "var",
        "var_mean",
        "std",
        "norm",
        "linalg_vector_norm",
        "exp",
        "expm1",
        "log",
        "log1p",
        "log2",
        "log10",
        "tanh",
        "sigmoid",
        "erf",
        "softplus",
        "gelu",
        "silu",
        "elu",
        "softmax",
        "_softmax",
        "_log_softmax",
        "logsumexp",
        "pow",
        "sin",
        "cos",
        "native_layer_norm",
        "native_layer_norm_backward",
        "native_batch_norm",
        "native_batch_norm_backward",
        "_native_batch_norm_legit",
        "native_group_norm",
        "native_group_norm_backward",
        "gelu_backward",
        "silu_backward",
        "elu_backward",
        "softplus_backward",
        "_softmax_backward_data",
        "_log_softmax_backward_data",
        "cumsum",
        "cumprod",
        "prod",
        "linalg_svd",
        "_linalg_svd",
        "linalg_qr",
        "linalg_eig",
        "linalg_eigvals",
        "_linalg_eigvals",
        "nll_loss_forward",
        "mse_loss",
        "cosine_similarity",
        "_scaled_dot_product_flash_attention_for_cpu",
        "lstm_cell",
        "normal_",
        "randn",
        "randn_like",
        "exponential_",
    )
)
BITS = {
    torch.float32: (torch.int32, 2**8 - 1),
    torch.float64: (torch.int64, 2**37 - 1),
}  # whole numbers as wide, and the lower places
FLAT = (
    1 - 2**-16
)  # nearer to one a sigmoid or a tanh is rounded rightly everywhere: what is added to one is too small to err
DRAWN = 2**20


class Nudged(TorchDispatchMode):
    """Moves each such result by one unit in its last place, up, down or not at all; the same for the same seed.

    A result whose lower places are all zero is taken to be exact, such as a sum of small whole numbers, and stays.
    """

    def __init__(self, seed: int):
        super().__init__()
        chance = torch.Generator().manual_seed(seed)
        self.steps = {
            kind: torch.randint(-1, 2, (2 * DRAWN,), generator=chance, dtype=kind)
            for kind, _ in BITS.values()
        }
        self.place = 0

    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        """Compute, then nudge what is new."""
        found = operation(*arguments, **(named or {}))
        if operation.overloadpacket.__name__ in INEXACT:
            for one in found if isinstance(found, (tuple, list)) else (found,):
                if isinstance(one, torch.Tensor) and one.dtype in BITS:
                    self._nudge(one)
        return found

    def _nudge(self, result: torch.Tensor) -> None:
        kind, lower = BITS[result.dtype]
        least = torch.finfo(result.dtype).tiny  # below it the last place is no small error
        count = result.numel()
        self.place = (self.place + 7919) % DRAWN
        steps = self.steps[kind][self.place : self.place + min(count, DRAWN)]
        if count > DRAWN:
            steps = steps.repeat(count // DRAWN + 1)[:count]
        bits = result.view(kind)
        size = result.abs()
        bits += steps.view(result.shape) * ((bits & lower != 0) & (size > least) & (size < FLAT))
