"""A bitwise look at everything that an examination could have changed."""

from __future__ import annotations

import random

import numpy
import torch

from snippets.experiments._doctor_labels import tensors
from snippets.experiments._doctor_zoo_parts import Patient

HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_load_state_dict_pre_hooks",
)


def _bits(t):
    if t is None:
        return None
    t = t.detach()
    if t.is_sparse:
        return "sparse", _bits(t._indices()), _bits(t._values())
    return (
        str(t.dtype),
        tuple(t.shape),
        t.contiguous().flatten().view(torch.uint8).numpy().tobytes() if t.numel() else b"",
    )


def _bare(tree):
    """Nested dicts and lists with each tensor as its bits."""
    if isinstance(tree, torch.Tensor):
        return _bits(tree)
    if isinstance(tree, dict):
        return {str(k): _bare(v) for k, v in tree.items()}
    return [_bare(v) for v in tree] if isinstance(tree, (list, tuple)) else repr(tree)


def snapshot(patient: Patient) -> dict:
    """All that must be bit for bit the same afterwards, by what it is."""
    model, optimizer = patient.model, patient.optimizer
    named = dict(model.named_parameters(remove_duplicate=False))
    modules = dict(model.named_modules())
    return {
        "parameters": {n: (id(p), _bits(p)) for n, p in named.items()},
        "buffers": {n: (id(b), _bits(b)) for n, b in model.named_buffers()},
        "gradients": {n: (id(p.grad), _bits(p.grad)) for n, p in named.items()},
        "requires_grad": {n: p.requires_grad for n, p in named.items()},
        "modes": {n: m.training for n, m in modules.items()},
        "hooks": {n: [list(getattr(m, h)) for h in HOOKS] for n, m in modules.items()},
        "tensor hooks": {
            n: (p._backward_hooks and list(p._backward_hooks), p._post_accumulate_grad_hooks)
            for n, p in named.items()
        },
        "attributes": {n: sorted(m.__dict__) for n, m in modules.items()},
        "optimizer": optimizer
        and (
            _bare(optimizer.state_dict()),
            [[id(p) for p in g["params"]] for g in optimizer.param_groups],
            sorted(optimizer.__dict__),
        ),
        "data": [_bits(t) for t in tensors((patient.inputs, patient.targets))],
        "random numbers": (
            _bits(torch.get_rng_state()),
            repr(numpy.random.get_state()),
            random.getstate(),
        ),
        "settings": (
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.is_autocast_enabled("cpu"),
            torch.is_anomaly_enabled(),
            torch.get_num_threads(),
        ),
    }


def changes(before: dict, after: dict) -> list[str]:
    """What differs between two snapshots."""
    return [what for what in before if before[what] != after[what]]
