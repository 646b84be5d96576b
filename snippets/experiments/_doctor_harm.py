"""A bitwise look at everything that an examination could have changed."""

from __future__ import annotations

import inspect
import random

import numpy
import torch
from torch import nn
from torch.nn.modules import module as shared

from snippets.experiments._doctor_labels import tensors
from snippets.experiments._doctor_zoo_parts import Patient

TABLES = ("_parameters", "_buffers", "_modules")  # their contents are looked at by name


def bits(t):
    """A tensor's type, shape and bytes."""
    if t is None:
        return None
    t = t.detach()
    if t.is_sparse:
        return "sparse", bits(t._indices()), bits(t._values())
    return (
        str(t.dtype),
        tuple(t.shape),
        t.contiguous().flatten().view(torch.uint8).numpy().tobytes() if t.numel() else b"",
    )


def _bare(tree):
    """Nested dicts and lists with each tensor as its bits."""
    if isinstance(tree, torch.Tensor):
        return bits(tree)
    if isinstance(tree, dict):
        return {str(k): _bare(v) for k, v in tree.items()}
    return [_bare(v) for v in tree] if isinstance(tree, (list, tuple)) else repr(tree)


def _state(thing, seen: set):
    """What an attribute holds: containers to any depth, tensors as bits, any other object by its identity."""
    if isinstance(thing, torch.Tensor):
        return id(thing), bits(thing), thing.requires_grad, bits(thing.grad) if thing.is_leaf else None  # fmt: skip
    if isinstance(thing, (str, bytes, int, float, complex, bool, type(None))):
        return repr(thing)
    if id(thing) in seen:
        return id(thing)
    seen.add(id(thing))
    if isinstance(thing, dict):
        return id(thing), [(_state(k, seen), _state(v, seen)) for k, v in thing.items()]
    if isinstance(thing, (list, tuple)):
        return id(thing), [_state(v, seen) for v in thing]
    if isinstance(thing, (set, frozenset)):
        return id(thing), sorted(repr(_state(v, seen)) for v in thing)
    if isinstance(thing, numpy.ndarray):
        return id(thing), thing.tobytes() if thing.dtype != object else repr(thing)
    return id(thing)


def _beside(patient: Patient) -> list[nn.Module]:
    """Modules that the loss or the call knows by themselves."""
    known = []
    for function in (patient.loss_fn, patient.call):
        if isinstance(function, nn.Module):
            known.append(function)
        elif inspect.isfunction(function):
            known += [
                cell.cell_contents
                for cell in function.__closure__ or ()
                if isinstance(_content(cell), nn.Module)
            ]
    return [m for m in known if m is not patient.model]


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def snapshot(patient: Patient) -> dict:
    """All that must be bit for bit the same afterwards, by what it is."""
    model, optimizer = patient.model, patient.optimizer
    beside = _beside(patient)
    named = dict(model.named_parameters(remove_duplicate=False))
    modules = dict(model.named_modules())
    return {
        "parameters": {n: (id(p), bits(p)) for n, p in named.items()},
        "buffers": {n: (id(b), bits(b)) for n, b in model.named_buffers()},
        "gradients": {n: (id(p.grad), bits(p.grad)) for n, p in named.items()},
        "requires_grad": {n: p.requires_grad for n, p in named.items()},
        "modes": {n: m.training for n, m in modules.items()},
        "hooks": {
            n: [(k, list(v)) for k, v in m.__dict__.items() if k.endswith("hooks") and v]
            for n, m in modules.items()
        },
        "shared hooks": [
            (k, list(v))
            for k, v in vars(shared).items()
            if k.startswith("_global") and isinstance(v, dict)
        ],
        "tensor hooks": {
            n: (p._backward_hooks and list(p._backward_hooks), p._post_accumulate_grad_hooks)
            for n, p in named.items()
        },
        "attributes": {
            n: [(k, k in TABLES or _state(v, set())) for k, v in sorted(m.__dict__.items())]
            for n, m in modules.items()
        },
        "beside": [
            [(n, _state(t, set())) for n, t in (*m.named_parameters(), *m.named_buffers())]
            for m in beside
        ],
        "optimizer": optimizer
        and (
            _bare(optimizer.state_dict()),
            [[id(p) for p in g["params"]] for g in optimizer.param_groups],
            sorted(optimizer.__dict__),
        ),
        "data": [bits(t) for t in tensors((patient.inputs, patient.targets))],
        "random numbers": (
            bits(torch.get_rng_state()),
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
