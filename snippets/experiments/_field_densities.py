"""Densities, as their libraries draw them; sizes alone are made small."""

from __future__ import annotations

import torch
from torch import nn

from snippets.experiments._field_parts import cases, moons, put, rows


def minus(out):
    """The mean negative log-likelihood."""
    return -out.mean()


def flow(make_flows, rate=3e-3):
    """Make a normalizing flow of normflows over two dimensions, trained through its own method."""

    def make():
        import normflows as nf

        model = nf.NormalizingFlow(nf.distributions.DiagGaussian(2), make_flows(nf))
        return put(model, lambda loss: loss, moons(), rate=rate, call=lambda m, x: m.forward_kld(x))

    return make


def masks(nf, count=4):
    """Affine couplings of normflows with swaps between them."""
    made = []
    for _ in range(count):
        net = nf.nets.MLP([1, 16, 16, 2], init_zeros=True)
        made += [nf.flows.AffineCouplingBlock(net), nf.flows.Permute(2, mode="swap")]
    return made


def masked_couplings(nf):
    """RealNVP with separate scales and shifts."""
    made = []
    for i in range(4):
        b = torch.tensor([float(i % 2), float(1 - i % 2)])
        s, t = (nf.nets.MLP([2, 16, 2], init_zeros=True) for _ in range(2))
        made += [nf.flows.MaskedAffineFlow(b, t, s), nf.flows.ActNorm(2)]
    return made


def contractions(nf):
    """Residual flows of normflows."""
    return [
        nf.flows.Residual(
            nf.nets.LipschitzMLP([2, 16, 16, 2], init_zeros=True, lipschitz_const=0.9)
        )
        for _ in range(3)
    ]


def glow():
    """Glow of normflows on small pictures, with its data-dependent start."""
    import normflows as nf

    flows = [nf.flows.GlowBlock(4, 16, split_mode="channel", scale=True) for _ in range(2)]
    base = nf.distributions.DiagGaussian((4, 4, 4))
    model = nf.MultiscaleFlow([base], [[*flows, nf.flows.Squeeze()]], [])
    x = 0.3 * torch.randn(8, 1, 8, 8) + torch.linspace(-1, 1, 8)
    return put(model, lambda loss: loss, x, call=lambda m, x: m.forward_kld(x) / 64)


def glow_deep():
    """Glow of two levels."""
    import normflows as nf

    base, flows, merges = [], [], []
    for i in range(2):
        blocks = [nf.flows.GlowBlock(2 ** (3 - i), 16, split_mode="channel", scale=True) for _ in range(2)]  # fmt: skip
        flows += [[*blocks, nf.flows.Squeeze()]]
        merges += [nf.flows.Merge()] if i else []
        shape = (2 ** (2 - i), 8 // 2 ** (2 - i), 8 // 2 ** (2 - i)) if i else (8, 2, 2)
        base += [nf.distributions.DiagGaussian(shape)]
    x = 0.3 * torch.randn(8, 1, 8, 8) + torch.linspace(-1, 1, 8)
    return put(
        nf.MultiscaleFlow(base, flows, merges),
        lambda loss: loss,
        x,
        call=lambda m, x: m.forward_kld(x) / 64,
    )


NORMFLOWS = {
    "realnvp": flow(masks),
    "realnvp-masked": flow(masked_couplings),
    "autoregressive": flow(
        lambda nf: [nf.flows.MaskedAffineAutoregressive(2, 16, num_blocks=2) for _ in range(3)]
    ),
    "spline": flow(
        lambda nf: [
            part
            for _ in range(2)
            for part in (
                nf.flows.CoupledRationalQuadraticSpline(2, 1, 16),
                nf.flows.LULinearPermute(2),
            )
        ]
    ),
    "spline-autoregressive": flow(
        lambda nf: [nf.flows.AutoregressiveRationalQuadraticSpline(2, 1, 16) for _ in range(2)]
    ),
    "residual": flow(contractions),
    "glow": glow,
    "glow-deep": glow_deep,
}


def composed(make_parts, rate=3e-3):
    """Make a flow of nflows."""

    def make():
        from nflows.distributions import StandardNormal
        from nflows.flows import Flow
        from nflows.transforms import CompositeTransform

        model = Flow(CompositeTransform(make_parts()), StandardNormal([2]))
        return put(model, minus, moons(), rate=rate, call=lambda m, x: m.log_prob(x))

    return make


def autoregressive():
    """Masked affine transforms with permutations between them."""
    from nflows import transforms as t

    return [
        part
        for _ in range(3)
        for part in (
            t.ReversePermutation(2),
            t.MaskedAffineAutoregressiveTransform(2, 16, num_blocks=2),
        )
    ]


def rational():
    """Masked rational quadratic splines."""
    from nflows import transforms as t

    return [
        part
        for _ in range(2)
        for part in (
            t.RandomPermutation(2),
            t.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
                2, 16, num_blocks=1, tails="linear", tail_bound=3.0
            ),
        )
    ]


def coupled(kind, **more):
    """Couplings of one kind, with residual nets."""

    def make():
        from nflows import transforms as t
        from nflows.nn.nets import ResidualNet

        def net(i, o):
            return ResidualNet(i, o, hidden_features=16, num_blocks=2)

        return [getattr(t, kind)(torch.tensor([i % 2, 1 - i % 2]), net, **more) for i in range(4)]

    return make


def library_flow(kind):
    """Make a ready-made flow of nflows."""

    def make():
        import nflows.flows as f

        model = getattr(f, kind)(
            features=2, hidden_features=16, num_layers=3, num_blocks_per_layer=1
        )
        return put(model, minus, moons(), call=lambda m, x: m.log_prob(x))

    return make


NFLOWS = {
    "autoregressive": composed(autoregressive),
    "spline": composed(rational),
    "affine-coupling": composed(coupled("AffineCouplingTransform")),
    "additive-coupling": composed(coupled("AdditiveCouplingTransform"), 1e-2),
    "spline-coupling": composed(
        coupled(
            "PiecewiseRationalQuadraticCouplingTransform",
            tails="linear",
            tail_bound=3.0,
            num_bins=8,
        )
    ),
    "maf": library_flow("MaskedAutoregressiveFlow"),
    "realnvp": library_flow("SimpleRealNVP"),
}


def lazy(kind, rate=1e-2, **more):
    """Make a flow of zuko; its pass gives a distribution, so the call asks for the log-likelihood."""

    def make():
        import zuko

        y = moons()
        model = getattr(zuko.flows, kind)(features=2, context=0, **more)
        return put(model, minus, y, rate=rate, call=lambda m, x: m().log_prob(x))

    return make


SMALL = {"transforms": 3, "hidden_features": (16, 16)}
ZUKO = {
    "nsf": lazy("NSF", **SMALL),
    "maf": lazy("MAF", **SMALL),
    "nice": lazy("NICE", **SMALL),
    "naf": lazy("NAF", transforms=1, hidden_features=(16,)),
    "unaf": lazy("UNAF", transforms=1, hidden_features=(16,)),
    "sospf": lazy("SOSPF", transforms=2, hidden_features=(16,)),
    "bpf": lazy("BPF", transforms=2, hidden_features=(16,)),
    "gaussianization": lazy("GF", transforms=2),
}


def invertible(kind, rate=3e-3, conditions=False, **more):
    """Make a sequence of invertible blocks of FrEIA."""

    def make():
        import FrEIA.framework as ff
        import FrEIA.modules as fm

        def net(i, o):
            return nn.Sequential(nn.Linear(i, 16), nn.ReLU(), nn.Linear(16, o))

        x, _ = rows(128, 4, 3)
        model = ff.SequenceINN(4)
        for _ in range(3):
            model.append(getattr(fm, kind), subnet_constructor=net, **more)
        return put(
            model,
            lambda out: (0.5 * out[0].square().sum(1) - out[1]).mean(),
            x,
            rate=rate,
        )

    return make


FREIA = {
    "all-in-one": invertible("AllInOneBlock", permute_soft=True),
    "glow": invertible("GLOWCouplingBlock"),
    "rnvp": invertible("RNVPCouplingBlock"),
    "nice": invertible("NICECouplingBlock", 1e-2),
}


DENSITIES = [
    *cases("normflows", NORMFLOWS),
    *cases("nflows", NFLOWS),
    *cases("zuko", ZUKO),
    *cases("FrEIA", FREIA),
]
