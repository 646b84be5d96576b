"""Errors in the last place of what PyTorch computes, drawn at random: what another processor may do, which nobody here has.

A processor adds in its own order and has its own exponential. So a result of the operations below may differ in its last place from machine
to machine; what is exact by the standard of floating-point numbers (a product, a difference, a comparison, zero, one) may not.
"""

from __future__ import annotations

import torch
from torch.utils._python_dispatch import TorchDispatchMode

INEXACT = frozenset("""
    mm addmm bmm baddbmm mv addmv dot matmul linear convolution convolution_backward sum mean var var_mean std norm linalg_vector_norm
    exp expm1 log log1p log2 log10 tanh sigmoid erf softplus gelu silu elu softmax _softmax _log_softmax logsumexp pow sin cos
    native_layer_norm native_layer_norm_backward native_batch_norm native_batch_norm_backward _native_batch_norm_legit
    native_group_norm native_group_norm_backward gelu_backward silu_backward elu_backward softplus_backward _softmax_backward_data
    _log_softmax_backward_data cumsum cumprod prod linalg_svd _linalg_svd linalg_qr linalg_eig linalg_eigvals _linalg_eigvals
    nll_loss_forward mse_loss cosine_similarity _scaled_dot_product_flash_attention_for_cpu lstm_cell
    normal_ randn randn_like exponential_
""".split())
WIDE = (torch.float32, torch.float64)


class Nudged(TorchDispatchMode):
    """Moves each such result by one unit in its last place, up, down or not at all; the same for the same seed."""

    def __init__(self, seed: int):
        super().__init__()
        self.chance = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        """Compute, then nudge what is new."""
        found = operation(*arguments, **(named or {}))
        if operation.overloadpacket.__name__ in INEXACT:
            for one in found if isinstance(found, (tuple, list)) else (found,):
                if isinstance(one, torch.Tensor) and one.dtype in WIDE:
                    self._nudge(one)
        return found

    def _nudge(self, result: torch.Tensor) -> None:
        step = torch.randint(-1, 2, result.shape, generator=self.chance, dtype=result.dtype) * torch.finfo(result.dtype).eps
        exact = (result == 0) | (result.abs() == 1)
        result.mul_(1 + step.masked_fill_(exact, 0))
