"""Realistic faults, put into models of other people's libraries; each with the verdicts that fit and the part that is guilty."""

from __future__ import annotations

import copy
from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._doctor_zoo_parts import cross_entropy
from snippets.experiments._field_densities import NFLOWS, ZUKO
from snippets.experiments._field_graphs import PYG, graph
from snippets.experiments._field_parts import (
    Case,
    broken,
    by_keyword,
    by_place,
    pictures,
    put,
    rows,
    rule,
    with_inputs,
)
from snippets.experiments._field_pictures import HF, MONAI
from snippets.experiments._field_tables import AGENTS, revisited
from snippets.experiments._field_text import TRANSFORMERS, X_TRANSFORMERS, causal, classifier
from snippets.experiments._field_verdicts import CRASH, usual, watched

# ---------- changes ----------


def held_by(rate=3e-3, without=(), kind=torch.optim.AdamW, **more):
    """An optimizer that was not given some parts."""

    def change(patient):
        kept = [p for n, p in patient.model.named_parameters() if not n.startswith(tuple(without))]
        return replace(patient, optimizer=kind(kept, lr=rate, **more))

    return change


def at_rate(rate):
    """Another rate."""

    def change(patient):
        for group in patient.optimizer.param_groups:
            group["lr"] = rate

    return change


def on_model(action):
    """Do something with the model, without gradients; the optimizer is made before."""

    def change(patient):
        with torch.no_grad():
            action(patient.model)

    return change


def passing(name, action):
    """Change what a part of the model gives."""

    def change(patient):
        part = patient.model.get_submodule(name)
        forward = part.forward
        part.forward = lambda *args, **kwargs: _first(forward(*args, **kwargs), action)

    return change


def _first(out, action):
    if isinstance(out, torch.Tensor):
        return action(out)
    if isinstance(out, tuple):
        return action(out[0]), *out[1:]
    out[next(iter(out))] = action(out[next(iter(out))])
    return out


def batch(action):
    """Another batch of named or single inputs."""
    return lambda patient: replace(patient, inputs=action(patient.inputs))


def answers(action):
    """Other targets."""
    return lambda patient: replace(patient, targets=action(patient.targets))


def cast(dtype, rate=3e-3, eps=1e-8, kind=torch.optim.AdamW, **more):
    """The whole model in half precision, its loss in float32."""

    def change(patient):
        patient.model.to(dtype)
        call, loss = patient.call, patient.loss_fn
        inputs = _cast(patient.inputs, dtype)
        optimizer = kind(patient.model.parameters(), lr=rate, eps=eps, **more)
        return replace(patient, optimizer=optimizer, inputs=inputs, call=call, loss_fn=loss)

    return change


def _cast(tree, dtype):
    if isinstance(tree, dict):
        return {k: _cast(v, dtype) for k, v in tree.items()}
    if isinstance(tree, tuple):
        return tuple(_cast(v, dtype) for v in tree)
    return tree.to(dtype) if isinstance(tree, torch.Tensor) and tree.is_floating_point() else tree


def scaled_weights(part, factor):
    """Multiply the weights of the layers whose name holds a word."""

    def action(model):
        for name, p in model.named_parameters():
            if part in name and p.dim() > 1:
                p.mul_(factor)

    return on_model(action)


def loss_times(factor):
    """The loss, multiplied."""

    def change(patient):
        loss = patient.loss_fn
        return replace(patient, loss_fn=lambda *args: loss(*args) * factor)

    return change


def zeroed(model):
    """Every parameter zero."""
    for p in model.parameters():
        p.zero_()


def biased(part, value):
    """The biases of some layers."""

    def action(model):
        for name, p in model.named_parameters():
            if part in name and name.endswith("bias"):
                p.fill_(value)

    return on_model(action)


# ---------- models with a fault of their own ----------


def heads_in_a_list():
    """BERT's states read by heads that stand in a plain list."""
    patient = TRANSFORMERS["bert"]()
    import transformers

    class Net(nn.Module):
        def __init__(self, body):
            super().__init__()
            self.body = body
            self.mix = [nn.Linear(32, 32) for _ in range(2)]
            self.head = nn.Linear(32, 2)

        def forward(self, ids):
            h = self.body(ids).last_hidden_state[:, 0]
            for mix in self.mix:
                h = h + torch.tanh(mix(h))
            return self.head(h)

    net = Net(transformers.BertModel(patient.model.config, add_pooling_layer=False))
    return put(net, cross_entropy, patient.inputs["input_ids"], patient.inputs["labels"], 1e-3)


def moved_parameter():
    """A gate on PyG's convolutions, moved to another type after it was made."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = g.GCNConv(8, 16), g.GCNConv(16, 3)
            self.gate = nn.Parameter(torch.zeros(16, dtype=torch.float64)).to(torch.float32)

        def forward(self, x, edges):
            return self.conv2(torch.relu(self.conv1(x, edges)) * self.gate.sigmoid(), edges)

    x, edges, y = graph()
    return put(Net(), cross_entropy, (x, edges), y, 1e-2, call=by_place)


def one_element_softmax():
    """Attention pooling over PyG's nodes whose softmax runs along the axis of one score."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.score, self.out = g.GCNConv(8, 16), nn.Linear(16, 1), nn.Linear(16, 3)

        def forward(self, x, edges):
            h = torch.relu(self.conv(x, edges))
            return self.out(h * self.score(h).softmax(-1))

    x, edges, y = graph()
    return put(Net(), cross_entropy, (x, edges), y, 1e-2, call=by_place)


def clamped_scale():
    """A learnable temperature above the end of its clamp, over a vision transformer of x-transformers."""
    import x_transformers as xt

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = xt.ViTransformerWrapper(
                image_size=16,
                patch_size=4,
                num_classes=4,
                attn_layers=xt.Encoder(dim=32, depth=2, heads=4, attn_dim_head=8),
            )
            self.scale = nn.Parameter(torch.tensor(5.0))

        def forward(self, x):
            return self.body(x) * self.scale.clamp(max=4.0)

    return put(Net(), cross_entropy, *pictures(), rate=1e-3)


def no_norm():
    """Twenty-four summing convolutions of PyG without a norm or a mean."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.convs = nn.ModuleList(
                g.SimpleConv(aggr="sum", combine_root="sum") for _ in range(5)
            )
            self.mix = nn.ModuleList(nn.Linear(8, 8) for _ in range(5))
            self.out = nn.Linear(8, 3)
            for layer in self.mix:
                nn.init.orthogonal_(layer.weight, 2.0)

        def forward(self, x, edges):
            for conv, mix in zip(self.convs, self.mix, strict=True):
                x = mix(conv(x, edges))
            return self.out(x)

    x, edges, y = graph()
    return put(Net(), cross_entropy, (x, edges), y, 1e-3, call=by_place)


def growing_space():
    """An equivariant net of five layers without a norm of its coordinates."""
    from egnn_pytorch import EGNN

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(
                EGNN(8, m_dim=16, norm_coors=False, init_eps=0.3) for _ in range(4)
            )

        def forward(self, h, place):
            for layer in self.layers:
                h, place = layer(h, place)
            return place

    place = 3 * torch.randn(4, 16, 3)
    return put(
        Net(), nn.MSELoss(), (torch.randn(4, 16, 8), place), place.roll(1, 1), 1e-3, call=by_place
    )


def log_of_zero():
    """A policy's entropy as p log p, with an action that was ruled out."""
    patient = AGENTS["ppo"]()

    class Net(nn.Module):
        def __init__(self, policy):
            super().__init__()
            self.policy = policy

        def forward(self, seen):
            logits = self.policy.get_distribution(seen).distribution.logits
            allowed = torch.tensor([True, True, False])
            return logits.masked_fill(~allowed, -torch.inf).softmax(-1)

    net = Net(patient.model)
    return put(net, lambda p: (p * p.log()).sum(-1).mean(), patient.inputs[0], rate=1e-3)


def one_value_norm():
    """A net of MONAI's blocks whose instance norm meets a single pixel."""
    from monai.networks.blocks import Convolution

    net = nn.Sequential(
        Convolution(2, 1, 8, strides=2, act="RELU", norm="INSTANCE"),
        Convolution(2, 8, 16, strides=2, act="RELU", norm="INSTANCE"),
        nn.AdaptiveAvgPool2d(1),
        nn.GroupNorm(16, 16),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16, 3),
    )
    x, y = pictures(12, 1, 16, 3)
    return put(net, cross_entropy, x, y, 1e-2)


def along_the_batch():
    """The LSTM of pytorch-forecasting's attention, told that time comes first."""
    patient_rows = torch.sin(torch.linspace(0, 9, 24) + 6 * torch.rand(32, 1))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.head = nn.LSTM(1, 16), nn.Linear(16, 8)

        def forward(self, x):
            return self.head(self.rnn(x[..., None])[0][:, -1])

    return put(Net(), nn.MSELoss(), patient_rows[:, :16], patient_rows[:, 16:], 1e-2)


def deep_sigmoid():
    """A multilayer perceptron of MONAI's autoencoder kind: twelve sigmoids in a row."""
    import torch_geometric.nn as g

    x, y = rows(64, 8, 2)
    net = g.MLP(
        in_channels=8, hidden_channels=32, out_channels=2, num_layers=14, act="sigmoid", norm=None
    )
    return put(net, cross_entropy, x, y, optimizer=lambda p: torch.optim.SGD(p, lr=0.1))


def large_classes():
    """A language model whose labels lie beyond its vocabulary."""
    ids = rule()
    patient = TRANSFORMERS["bert"]()
    labels = patient.inputs["labels"] + 2
    return put(
        patient.model,
        lambda out, y: F.cross_entropy(out.logits, y),
        {"input_ids": ids},
        labels,
        call=by_keyword,
    )


def huge_answers():
    """A regressor of rtdl for house prices in whole dollars."""
    patient = revisited("MLP", d_in=8, d_out=1, n_blocks=2, d_block=32, dropout=0.0)()
    y = 2e5 + 1e5 * torch.randn(64, 1)
    return replace(patient, loss_fn=nn.MSELoss(), targets=y)


def one_class(patient):
    """Answers of one class alone."""
    return replace(patient, targets=torch.zeros_like(patient.targets))


def dead_network():
    """ReLU critics of an agent after a rate that was far too large: all biases far below zero."""
    return broken(AGENTS["dqn"], biased("q_net.q_net.0", -60.0))()


def saturated_gates():
    """A tanh policy whose weights are a hundred times too large."""
    return broken(AGENTS["ppo"], scaled_weights("mlp_extractor", 100.0))()


def saturated_sigmoids():
    """A perceptron of sigmoids of PyG, its middle weights a thousand times too large."""
    import torch_geometric.nn as g

    net = g.MLP(in_channels=8, hidden_channels=32, out_channels=2, num_layers=3, act="sigmoid", norm=None)  # fmt: skip
    with torch.no_grad():
        net.lins[1].weight.mul_(1000)
    return put(net, cross_entropy, *rows(64, 8, 2), rate=1e-3)


def no_step(patient, loss, number):
    """A step without its last line."""
    patient.optimizer.zero_grad()
    loss.backward()


def no_zeroing(patient, loss, number):
    """A step whose gradients are never reset."""
    loss.backward()
    patient.optimizer.step()


def zeroing_late(patient, loss, number):
    """A step that resets its gradients before it reads them."""
    loss.backward()
    patient.optimizer.zero_grad()
    patient.optimizer.step()


def gathering(patient, loss, number):
    """A step every third pass, over the gradients of three."""
    (loss / 3).backward()
    if number % 3 == 2:
        patient.optimizer.step()
        patient.optimizer.zero_grad()


def warm_up(patient):
    """The first step of a schedule that begins at zero."""
    torch.optim.lr_scheduler.LambdaLR(patient.optimizer, lambda step: step / 10)


BODY = "bert.encoder"


def fault(name, make, codes, guilty=(), *changes, **more):
    """A case of one fault."""
    codes = (codes,) if isinstance(codes, str) else codes
    guilty = (guilty,) if isinstance(guilty, str) else guilty
    return Case(name, broken(make, *changes), codes, guilty, **more)


BERT, GPT2, VIT = TRANSFORMERS["bert"], TRANSFORMERS["gpt2"], HF["vit"]
RESNET, GCN = HF["resnet"], PYG["gcn"]
DECODER = X_TRANSFORMERS["decoder"]
NUMBERS = revisited("MLP", d_in=8, d_out=2, n_blocks=2, d_block=32, dropout=0.0)
BROKEN = [
    # what the optimizer holds
    fault(
        "transformers/head not held",
        BERT,
        "frozen_layers",
        "classifier",
        held_by(1e-3, ["classifier"]),
    ),
    fault(
        "transformers/body not held",
        VIT,
        "frozen_layers",
        ("vit", "vit.encoder", "vit.layers"),
        held_by(1e-3, ["vit"]),
    ),
    fault(
        "torch_geometric/first not held",
        GCN,
        "frozen_layers",
        "convs.0",
        held_by(1e-2, ["convs.0"]),
    ),
    fault(
        "transformers/copied after",
        BERT,
        CRASH,
        "optimizer",
        lambda p: replace(p, model=copy.deepcopy(p.model)),
    ),
    fault(
        "monai/encoder not held",
        MONAI["unet-plain"],
        "frozen_layers",
        "model.0",
        held_by(1e-3, ["model.0"]),
    ),
    # what is in the path
    fault(
        "transformers/detached",
        BERT,
        "disconnected_layers",
        ("bert.encoder", "bert.embeddings"),
        passing("bert.encoder", torch.Tensor.detach),
    ),
    fault(
        "transformers/through NumPy",
        VIT,
        "disconnected_layers",
        "vit",
        passing("vit.layernorm", lambda t: torch.from_numpy(t.detach().numpy())),
    ),
    fault(
        "torch_geometric/no_grad",
        GCN,
        "disconnected_layers",
        "convs.0",
        passing("convs.0", lambda t: t.data),
    ),
    fault(
        "transformers/list of heads", heads_in_a_list, "unregistered_parameters", ("mix", "mix.0")
    ),
    fault("torch_geometric/moved parameter", moved_parameter, "unregistered_parameters", "gate"),
    fault("torch_geometric/softmax of one", one_element_softmax, "zero_gradient", "score"),
    fault("x-transformers/clamped scale", clamped_scale, "zero_gradient", "scale"),
    fault(
        "transformers/head times zero",
        VIT,
        "zero_gradient",
        "classifier",
        passing("classifier", lambda t: t * 0.0),
    ),
    # how weights start
    fault(
        "rtdl_revisiting_models/all zero",
        NUMBERS,
        ("symmetric_init", "dead_units"),
        ("blocks", "blocks.0", "blocks.0.linear", "output"),
        on_model(zeroed),
    ),
    fault(
        "rtdl_revisiting_models/all alike",
        NUMBERS,
        "symmetric_init",
        ("blocks", "blocks.0.linear"),
        on_model(lambda m: [p.fill_(0.05) for p in m.parameters()]),
    ),
    fault(
        "transformers/wide embedding",
        causal("GPT2", hidden_size=256),
        ("exploding", "saturated_units"),
        (),
        on_model(lambda m: nn.init.normal_(m.transformer.wte.weight)),
        notes=("exploding", "unscaled_data"),
    ),
    fault("torch_geometric/no norm", no_norm, "exploding", ("mix", "out", "mix.4", "mix.0")),
    fault(
        "egnn-pytorch/no norm",
        growing_space,
        ("exploding", "nonfinite_layer"),
        ("layers", "layers.3", "layers.0"),
    ),
    fault("torch_geometric/deep sigmoid", deep_sigmoid, "vanishing", ()),
    fault("stable-baselines3/pinned tanh", saturated_gates, "saturated_units", ("mlp_extractor",)),
    fault("torch_geometric/pinned sigmoid", saturated_sigmoids, "saturated_units", ("lins.1",)),
    fault("stable-baselines3/dead critic", dead_network, "dead_units", ("q_net", "q_net.q_net.0")),
    fault("torch_geometric/dead first", GCN, "dead_units", "convs.0", biased("convs.0", -100.0)),
    fault(
        "transformers/dead feed-forward",
        causal("OPT", ffn_dim=64, word_embed_proj_dim=32),
        "dead_units",
        ("model.decoder.layers.0", "model.decoder.layers.0.fc1", "model.decoder.layers.1.fc1"),
        biased("fc1", -50.0),
    ),
    fault(
        "monai/norm of one value",
        one_value_norm,
        ("collapsed_activations",),
        ("3", "group_norm", "2"),
    ),
    # what is not finite
    fault(
        "stable-baselines3/log of zero", log_of_zero, "nonfinite_layer", ("log", "mul", "softmax")
    ),
    fault(
        "transformers/NaN in the batch",
        VIT,
        "nonfinite_input",
        ("inputs", "pixel_values"),
        lambda p: with_inputs(
            p, pixel_values=p.inputs["pixel_values"].index_fill(0, torch.tensor([3]), torch.nan)
        ),
    ),
    fault(
        "nflows/infinite row",
        NFLOWS["maf"],
        "nonfinite_input",
        "inputs",
        batch(lambda x: x.index_fill(0, torch.tensor([5]), torch.inf)),
    ),
    fault(
        "transformers/all ignored",
        GPT2,
        ("nonfinite_layer", "bad_targets"),
        (),
        lambda p: with_inputs(p, labels=torch.full_like(p.inputs["labels"], -100)),
        says=r"-100|mean over nothing|no target|ignore",
    ),
    fault(
        "transformers/nothing to attend",
        classifier("Bert", attn_implementation="eager"),
        ("nonfinite_layer", "nonfinite_input"),
        ("softmax", "inputs['attention_mask']"),
        lambda p: with_inputs(p, attention_mask=torch.full((16, 1, 12, 12), -torch.inf)),
    ),
    fault(
        "transformers/zero eps",
        GPT2,
        "nonfinite_update",
        (),
        cast(torch.float16, 1e-3, foreach=False),
    ),
    fault(
        "transformers/half overflows",
        GPT2,
        "nonfinite_layer",
        (),
        cast(torch.float16, 1e-3, 1e-4),
        scaled_weights("c_fc", 3000.0),
    ),
    fault("transformers/rounded steps", GPT2, "lost_updates", (), cast(torch.bfloat16, 1e-6)),
    fault(
        "monai/underflow",
        MONAI["unet-plain"],
        "underflow",
        (),
        cast(torch.float16, 1e-2, kind=lambda p, lr, eps: torch.optim.SGD(p, lr=lr)),
        answers(lambda y: y),
        loss_times(3e-7),
    ),
    # the rate
    fault("transformers/rate 1e-12", BERT, "learning_rate_too_small", (), at_rate(1e-12)),
    fault("transformers/rate 1e3", VIT, "learning_rate_too_large", (), at_rate(1e3)),
    fault("zuko/rate 1e2", ZUKO["maf"], "learning_rate_too_large", (), at_rate(1e2)),
    fault("x-transformers/warm-up from zero", DECODER, "learning_rate_too_small", (), warm_up),
    # the batch
    fault(
        "transformers/bytes of pixels",
        VIT,
        ("unscaled_data", "bad_batch"),
        ("inputs", "pixel_values"),
        lambda p: with_inputs(
            p, pixel_values=(127 + 60 * p.inputs["pixel_values"]).clamp(0, 255).round()
        ),
    ),
    fault(
        "rtdl_revisiting_models/timestamps",
        revisited(
            "ResNet",
            d_in=8,
            d_out=2,
            n_blocks=2,
            d_block=32,
            d_hidden=None,
            d_hidden_multiplier=2.0,
            dropout1=0.0,
            dropout2=0.0,
        ),
        "unscaled_data",
        "inputs",
        batch(lambda x: torch.cat([x[:, :7], 1.7e9 + 1e5 * x[:, 7:]], 1)),
    ),
    fault("rtdl_revisiting_models/prices", huge_answers, "unscaled_data", "targets"),
    fault("rtdl_revisiting_models/one class", NUMBERS, "bad_targets", "targets", one_class),
    fault(
        "rtdl_revisiting_models/constant inputs",
        NUMBERS,
        "bad_batch",
        "inputs",
        batch(torch.ones_like),
    ),
    fault("transformers/answers beyond", large_classes, CRASH, ("target", "targets", "Target")),
    fault(
        "pytorch-forecasting/along the batch", along_the_batch, "bad_batch", ("rnn", "batch_first")
    ),
    # the loop
    fault("transformers/no zero_grad", BERT, "training_loop", "zero_grad", ask=watched(no_zeroing)),
    fault(
        "torch_geometric/late zero_grad",
        GCN,
        "training_loop",
        "zero_grad",
        ask=watched(zeroing_late),
    ),
    fault("x-transformers/no step", DECODER, "training_loop", "step", ask=watched(no_step)),
    fault(
        "stable-baselines3/no step", AGENTS["ppo"], "training_loop", "step", ask=watched(no_step)
    ),
    fault(
        "transformers/watched rate 1e-12",
        BERT,
        "learning_rate_too_small",
        (),
        at_rate(1e-12),
        ask=watched(),
    ),
    fault(
        "transformers/watched NaN",
        VIT,
        "nonfinite_input",
        ("inputs", "pixel_values"),
        lambda p: with_inputs(
            p, pixel_values=p.inputs["pixel_values"].index_fill(0, torch.tensor([3]), torch.nan)
        ),
        ask=watched(),
    ),
]
# sound loops, which `watch` must leave in peace
WATCHED = [
    Case(f"{library}/watched {name}", make, ask=watched(step))
    for library, name, make, step in (
        ("transformers", "bert", BERT, usual),
        ("transformers", "gathering", GPT2, gathering),
        ("torch_geometric", "gcn", GCN, usual),
        ("nflows", "log_prob", NFLOWS["maf"], usual),
        ("stable-baselines3", "evaluate_actions", AGENTS["ppo"], usual),
        ("x-transformers", "decoder", DECODER, usual),
    )
]
