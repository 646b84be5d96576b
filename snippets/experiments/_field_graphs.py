"""Models of graphs and points in space, as their libraries draw them; sizes alone are made small."""

from __future__ import annotations

import torch
from torch import nn

from snippets.experiments._doctor_zoo_parts import cross_entropy
from snippets.experiments._field_parts import by_place, cases, classes, put


def graph(n=48, features=8, count=3):
    """Node features, edges both ways mostly within a class, and the classes."""
    y = classes(n, count)
    x = torch.randn(count, features)[y] + torch.randn(n, features)
    a, b = torch.randint(n, (2, 8 * n))
    kept = (y[a] == y[b]) | (torch.rand(8 * n) < 0.1)
    edges = torch.stack([a[kept], b[kept]])
    return x, torch.cat([edges, edges.flip(0)], 1), y


def whole(make_model, rate=1e-2):
    """Make a model of PyG's own basic ones: GCN, GAT and the like."""

    def make():
        import torch_geometric.nn as g

        x, edges, y = graph()
        return put(make_model(g), cross_entropy, (x, edges), y, rate, call=by_place)

    return make


def stack(make_layer, width=16, rate=1e-2, **more):
    """Make two convolutions of PyG with a ReLU between them, as in its examples."""

    def make():
        import torch_geometric.nn as g

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv1, self.conv2 = make_layer(g, 8, width), make_layer(g, width, 3)

            def forward(self, x, edges):
                return self.conv2(torch.relu(self.conv1(x, edges, **more)), edges, **more)

        x, edges, y = graph()
        return put(Net(), cross_entropy, (x, edges), y, rate, call=by_place)

    return make


def relational():
    """Two relational convolutions."""
    import torch_geometric.nn as g

    x, edges, y = graph()
    kinds = classes(edges.shape[1], 3)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = g.RGCNConv(8, 16, 3, num_bases=2), g.RGCNConv(16, 3, 3)

        def forward(self, x, edges, kinds):
            return self.conv2(torch.relu(self.conv1(x, edges, kinds)), edges, kinds)

    return put(Net(), cross_entropy, (x, edges, kinds), y, 1e-2, call=by_place)


def initial_residual():
    """GCNII: eight convolutions that remember the first state."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp, self.out = nn.Linear(8, 16), nn.Linear(16, 3)
            self.convs = nn.ModuleList(g.GCN2Conv(16, 0.1, 0.5, i + 1) for i in range(8))

        def forward(self, x, edges):
            h = first = torch.relu(self.inp(x))
            for conv in self.convs:
                h = torch.relu(conv(h, first, edges))
            return self.out(h)

    x, edges, y = graph()
    return put(Net(), cross_entropy, (x, edges), y, 1e-2, call=by_place)


def deep():
    """Four pre-activation layers of DeepGCN."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp, self.out = nn.Linear(8, 16), nn.Linear(16, 3)
            self.layers = nn.ModuleList(
                g.DeepGCNLayer(
                    g.GENConv(16, 16, learn_t=True), nn.LayerNorm(16), nn.ReLU(), block="res+"
                )
                for _ in range(4)
            )

        def forward(self, x, edges):
            h = self.inp(x)
            for layer in self.layers:
                h = layer(h, edges)
            return self.out(h)

    x, edges, y = graph()
    return put(Net(), cross_entropy, (x, edges), y, 1e-2, call=by_place)


def global_attention():
    """A layer of GPS: messages beside attention over the whole graph."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp, self.out = nn.Linear(8, 16), nn.Linear(16, 3)
            self.layers = nn.ModuleList(g.GPSConv(16, g.GCNConv(16, 16), heads=2) for _ in range(2))

        def forward(self, x, edges):
            h = self.inp(x)
            for layer in self.layers:
                h = layer(h, edges)
            return self.out(h)

    x, edges, y = graph()
    return put(Net(), cross_entropy, (x, edges), y, 3e-3, call=by_place)


def isomorphism(g, i, o):
    """A GIN convolution with its own little net."""
    return g.GINConv(nn.Sequential(nn.Linear(i, 16), nn.ReLU(), nn.Linear(16, o)))


def many():
    """A batch of small graphs, their answers, and which node is whose."""
    parts, edges, y = [], [], classes(16, 2)
    for i in range(16):
        parts.append(torch.randn(8, 8) + (1.0 if y[i] else -1.0) * 0.5)
        a = torch.arange(8)
        ring = torch.stack([a, (a + 1) % 8])
        edges.append(torch.cat([ring, ring.flip(0)], 1) + 8 * i)
    return torch.cat(parts), torch.cat(edges, 1), torch.arange(16).repeat_interleave(8), y


def pooled():
    """A classifier of whole graphs: GIN and a mean over nodes."""
    import torch_geometric.nn as g

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = g.GIN(8, 16, 2, norm="batch_norm"), nn.Linear(16, 2)

        def forward(self, x, edges, batch):
            return self.head(g.global_mean_pool(self.body(x, edges), batch))

    *inputs, y = many()
    return put(Net(), cross_entropy, tuple(inputs), y, 1e-2, call=by_place)


def attentive():
    """AttentiveFP, which reads edges, too."""
    import torch_geometric.nn as g

    x, edges, batch, y = many()
    model = g.AttentiveFP(8, 16, 2, edge_dim=3, num_layers=2, num_timesteps=2)
    inputs = (x, edges, torch.randn(edges.shape[1], 3), batch)
    return put(model, cross_entropy, inputs, y, 3e-3, call=by_place)


def autoencoder():
    """A graph autoencoder with the loss of its own method."""
    import torch_geometric.nn as g

    x, edges, _ = graph()
    model = g.GAE(g.GCN(8, 16, 2, 8))
    inner = g.InnerProductDecoder()
    other = torch.randint(48, edges.shape)

    def loss(z):
        return -torch.log(inner(z, edges) + 1e-15).mean() - torch.log(1 - inner(z, other) + 1e-15).mean()  # fmt: skip

    return put(model, loss, (x, edges), rate=1e-2, call=lambda m, b: m.encode(*b))


class Two(nn.Module):
    """A net of PyG with two heads: mean and logarithm of the spread."""

    def __init__(self):
        super().__init__()
        import torch_geometric.nn as g

        self.body = g.GCNConv(8, 16)
        self.mean, self.log = g.GCNConv(16, 8), g.GCNConv(16, 8)

    def forward(self, x, edges):
        """Both heads."""
        h = torch.relu(self.body(x, edges))
        return self.mean(h, edges), self.log(h, edges)


def variational():
    """A variational graph autoencoder; the pass is a method."""
    import torch_geometric.nn as g

    x, edges, _ = graph()
    model = g.VGAE(Two())

    def call(m, b):
        z = m.encode(*b)
        return m.recon_loss(z, b[1]) + m.kl_loss() / len(b[0])

    return put(model, lambda loss: loss, (x, edges), rate=1e-2, call=call)


def recommender():
    """LightGCN, whose only weights are an embedding."""
    import torch_geometric.nn as g

    model = g.LightGCN(40, 16, 2)
    _, edges, _ = graph(40)
    good = edges[:, :100]
    bad = torch.randint(40, (2, 100))

    def call(m, b):
        score = m(b[0], torch.cat([good, bad], 1)).chunk(2)
        return m.recommendation_loss(*score)

    return put(model, lambda loss: loss, (edges,), rate=1e-2, call=call)


def kinds():
    """A heterogeneous graph transformer on two kinds of node."""
    import torch_geometric.nn as g

    names, links = ["a", "b"], [("a", "to", "b"), ("b", "to", "a")]

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inp = nn.ModuleDict({k: nn.Linear(8, 16) for k in names})
            self.convs = nn.ModuleList(g.HGTConv(16, 16, (names, links), heads=2) for _ in range(2))
            self.out = nn.Linear(16, 3)

        def forward(self, x, edges):
            h = {k: torch.relu(self.inp[k](v)) for k, v in x.items()}
            for conv in self.convs:
                h = conv(h, edges)
            return self.out(h["a"])

    x, edges, y = graph()
    inputs = {"a": x, "b": torch.randn(48, 8)}, {links[0]: edges, links[1]: edges.flip(0)}
    return put(Net(), cross_entropy, inputs, y, 3e-3, call=by_place)


MANY = {"hidden_channels": 16, "num_layers": 3, "out_channels": 3}
PYG = {
    "gcn": whole(lambda g: g.GCN(8, **MANY)),
    "gat": whole(lambda g: g.GAT(8, **MANY, heads=2)),
    "gatv2": whole(lambda g: g.GAT(8, **MANY, v2=True)),
    "sage": whole(lambda g: g.GraphSAGE(8, **MANY, jk="cat")),
    "gin": whole(lambda g: g.GIN(8, **MANY)),
    "edge": whole(lambda g: g.EdgeCNN(8, **MANY)),
    "gcn-norm": whole(lambda g: g.GCN(8, **MANY, norm="layer_norm", act="elu")),
    "graph-conv": stack(lambda g, i, o: g.GraphConv(i, o, aggr="mean")),
    "transformer": stack(lambda g, i, o: g.TransformerConv(i, o)),
    "cheb": stack(lambda g, i, o: g.ChebConv(i, o, 3)),
    "tag": stack(lambda g, i, o: g.TAGConv(i, o)),
    "arma": stack(lambda g, i, o: g.ARMAConv(i, o, num_stacks=2)),
    "gin-conv": stack(isomorphism),
    "leconv": stack(lambda g, i, o: g.LEConv(i, o), rate=3e-3),
    "film": stack(lambda g, i, o: g.FiLMConv(i, o)),
    "feast": stack(lambda g, i, o: g.FeaStConv(i, o, heads=2)),
    "general": stack(lambda g, i, o: g.GeneralConv(i, o)),
    "relational": relational,
    "gcn2": initial_residual,
    "deep": deep,
    "gps": global_attention,
    "pooled": pooled,
    "attentive": attentive,
    "autoencoder": autoencoder,
    "variational": variational,
    "light": recommender,
    "hgt": kinds,
}


# ---------- points in space ----------


def egnn(depth=2, answer="coordinates"):
    """Make an equivariant net of egnn-pytorch."""

    def make():
        from egnn_pytorch import EGNN_Network

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = EGNN_Network(
                    num_tokens=8, dim=16, depth=depth, m_dim=8, norm_coors=True
                )
                self.head = nn.Linear(16, 1)

            def forward(self, kind, place):
                h, moved = self.body(kind, place)
                return moved if answer == "coordinates" else self.head(h).mean((1, 2))

        kind, place = torch.randint(8, (8, 10)), torch.randn(8, 10, 3)
        y = place.roll(1, 1) if answer == "coordinates" else place.norm(dim=-1).mean(1)
        return put(Net(), nn.MSELoss(), (kind, place), y, 3e-3, call=by_place)

    return make


def irreducible():
    """A fully connected net of e3nn over scalars."""
    from e3nn.nn import FullyConnectedNet

    x = torch.randn(64, 4)
    return put(
        FullyConnectedNet([4, 32, 32, 1], torch.tanh),
        nn.MSELoss(),
        x,
        torch.tanh(x @ torch.randn(4, 1)),
        1e-2,
    )


def tensor_product():
    """Two tensor products and a gate of e3nn, over vectors."""
    from e3nn import o3
    from e3nn.nn import Gate

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = Gate("8x0e", [torch.tanh], "4x0e", [torch.sigmoid], "4x1o")
            self.mix = o3.FullyConnectedTensorProduct("2x1o", "2x0e+2x1o", self.gate.irreps_in)
            self.out = o3.Linear(self.gate.irreps_out, "1x0e")

        def forward(self, x):
            scalars = torch.stack([x[:, :3].norm(dim=1), x[:, 3:].norm(dim=1)], 1)
            return self.out(self.gate(self.mix(x, torch.cat([scalars, x], 1))))

    x = torch.randn(64, 6)
    return put(Net(), nn.MSELoss(), x, (x[:, :3] * x[:, 3:]).sum(1, keepdim=True).tanh(), 1e-2)


GRAPHS = [
    *cases("torch_geometric", PYG),
    *cases("egnn-pytorch", {"coordinates": egnn(), "scalar": egnn(3, "scalar")}),
    *cases("e3nn", {"scalars": irreducible, "vectors": tensor_product}),
]
