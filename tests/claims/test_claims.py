"""The claims: each measured row of docs/claims.yml, asserted on the committed results and again on seeds that made none of them.

A test carries the name of its row. What it asserts is the row's sentence, not its digits, with a margin taken from the
stored band: an ordering that holds in every seed, or a bound that lies well outside the 5th or 95th percentile.
"""

import functools
import math
import statistics

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments import (
    _doctor_rules,
    adaptive,
    clipping,
    counterexamples,
    dead_at_start,
    dead_units,
    exploding,
    init_training,
    iterated_map,
    negative_mean,
    reach,
    saturation,
    shattered,
    signal_gain,
    transformer,
    two_ways,
    warmup,
)
from snippets.experiments import _doctor_zoo_parts as parts
from snippets.experiments._stacks import Stack, float64, gradients, initialize, norm, per_layer
from snippets.experiments.deep_stack import mean_square
from snippets.experiments.normalization import BLOCKS, through_blocks
from snippets.experiments.training import digits
from snippets.measurement import RESULTS, read
from snippets.recipes.gradient_doctor import examine

SEEDS, MORE = (
    range(9000, 9010),
    range(9000, 9020),
)  # far from those of any experiment; more where a bound is near
DEPTH, WIDTH = 30, 64


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@functools.cache
def results(experiment):
    return read(RESULTS / f"{experiment}.json").measurements


def stored(key):
    """A measurement as it is committed; key as a page quotes it."""
    experiment, _, name = key.partition(".")
    return results(experiment)[name]


def low(key):
    return stored(key).band[0]


def high(key):
    return stored(key).band[1]


def signal(seed, activation, init, depth=DEPTH, width=WIDTH, batch=1, **more):
    """||dL/dh_l|| for l = 1..depth, 1 at the top, when a random gradient stands there."""
    torch.manual_seed(seed)
    net = Stack(depth, width, activation, init, **more).double()
    states = net(torch.randn(batch, width).double())
    top = torch.randn(batch, width).double()
    return [norm(g) / norm(top) for g in torch.autograd.grad(states[-1], states, top)]


def reaches(activation, init, **more):
    """For every fresh seed the share of the signal at the top that reaches layer 1."""
    return [signal(seed, activation, init, **more)[0] for seed in SEEDS]


def factors(activation, init, seeds=SEEDS, **more):
    """For every fresh seed the factor per layer of the signal."""
    return [per_layer(signal(seed, activation, init, **more)) for seed in seeds]


@functools.cache
def demonstration(activation, skip, init):
    """For every fresh seed (loss, signal, weight gradients) of the usual demonstration, in float64."""
    found = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, activation, init, skip).double()
        found.append(gradients(net, torch.randn(8, WIDTH).double(), mean_square))
    return found


def slope(phi, x):
    x = torch.as_tensor(x).clone().requires_grad_()
    return torch.autograd.grad(phi(x).sum(), x)[0]


def normals(seed, *shape):
    torch.manual_seed(seed)
    return torch.randn(*shape).double()


# ---------- activations ----------


def test_sigmoid_slope_bound():
    assert (
        stored("slopes.sigmoid.bound").value == 0.25
        and stored("slopes.sigmoid.above_bound").value == 0
    )
    assert slope(torch.sigmoid, [0.0]).item() == 0.25
    assert all(slope(torch.sigmoid, 5 * normals(seed, 10_000)).max() <= 0.25 for seed in SEEDS)
    assert slope(torch.sigmoid, [4.0]).item() < 0.02


def test_sigmoid_layer_bound():
    assert stored("counterexamples.chain.gain").value > 1e9
    assert all(
        counterexamples.chain(depth, 8.0) == pytest.approx(2.0**depth) for depth in (1, 5, 40)
    )
    assert low("signal_gain.sigmoid.he.measured") > 0.3
    assert (
        min(factors("sigmoid", "he")) > 0.27
    )  # a band of 0.312 to 0.321 at width 256, some four times wider here


def test_quarter_to_the_depth():
    slopes_alone = 0.25 ** (DEPTH - 1)
    assert (
        high("signal_gain.sigmoid.default.total")
        < high("signal_gain.sigmoid.xavier.total")
        < slopes_alone
    )
    assert low("signal_gain.sigmoid.he.total") > 100 * slopes_alone
    assert max(reaches("sigmoid", "default")) < slopes_alone / 1e4
    assert min(reaches("sigmoid", "he")) > 10 * slopes_alone


def test_ten_layers_a_million():
    assert (
        stored("factors.quarter.times.at9").value
        == 4**9
        < stored("factors.quarter.times.at10").value
    )
    assert max(reaches("sigmoid", "default", depth=10)) < 1e-6
    assert min(reaches("sigmoid", "he", depth=10)) > 1e-5


def test_whispers_a_tenth():
    heard = [1.0]
    for _ in range(29):
        heard.append(heard[-1] / 4)
    assert heard[10] < 1e-5 and heard[29] < 1e-17
    for hops in (5, 10, 15, 20, 25, 29):
        assert stored(f"factors.quarter.at{hops}").value == pytest.approx(heard[hops])
    gentle = 0.1 ** (1 / 10)  # the share that leaves a tenth after ten hops
    assert gentle**29 > 1e-3  # and so could never end where a quarter ends


def test_slopes_alone_tell():
    for depth in (5, 10, 20):
        assert high(f"attempts.sigmoid.at{depth}") < 0.25**depth / 8
        assert high(f"attempts.relu.at{depth}") < 0.6**depth  # slopes along an active path: 1
    for net in ("sigmoid", "relu", "relu_he"):
        for depth in (5, 10, 20):
            theory = stored(f"attempts.{net}.predicted.at{depth}").value
            assert low(f"attempts.{net}.at{depth}") < theory < high(f"attempts.{net}.at{depth}")
    assert max(reaches("sigmoid", "default", depth=21)) < 0.25**20 / 1e3
    assert max(reaches("relu", "default", depth=21)) < 0.6**20


def test_quarter_power_is_the_worst_case():
    at30 = stored("factors.quarter.at30").value
    for seed in SEEDS:
        assert slope(torch.sigmoid, 3 * normals(seed, 1000, DEPTH)).prod(1).max() < at30
    assert slope(torch.sigmoid, torch.zeros(DEPTH).double()).prod().item() == pytest.approx(at30)
    assert slope(torch.sigmoid, [40.0]).item() == 0.0 == slope(torch.relu, [-1.0]).item()


def test_slopes_from_rounded_values():
    exact, value = stored("slopes.sigmoid.slope.4").value, stored("slopes.sigmoid.value.4").value
    assert exact < 0.018 and value * (1 - value) == pytest.approx(exact)
    assert round(round(value, 2) * (1 - round(value, 2)), 3) == 0.020


def test_slopes_factor_out():
    for seed in SEEDS:
        weights, slopes, top = (
            normals(seed, 5, 8, 8),
            slope(torch.sigmoid, normals(seed + 100, 5, 8)),
            normals(seed + 200, 8),
        )
        found, collected = top, top
        for w, d in zip(weights, slopes, strict=True):
            found, collected = w.T @ (d * found), w.T @ collected
        collected = slopes.prod(0) * collected
        assert norm(found - collected) > 0.1 * norm(found)
        x = h = normals(seed + 300, 8).requires_grad_()
        for w, d in zip(weights.flip(0), slopes.flip(0), strict=True):
            h = d * (w @ h)
        assert torch.allclose(torch.autograd.grad(h, x, top)[0], found)


def test_row_with_transposed_weights():
    for seed in SEEDS:
        torch.manual_seed(seed)
        z, W, delta = (
            torch.randn(8).double().requires_grad_(),
            torch.randn(8, 8).double(),
            torch.randn(8).double(),
        )
        found = torch.autograd.grad(W @ torch.sigmoid(z), z, delta)[0]
        slopes = slope(torch.sigmoid, z.detach())
        assert torch.allclose(found, slopes * (W.T @ delta)) and torch.allclose(
            found, delta @ W * slopes
        )
        assert norm(found - delta @ (W.T * slopes)) > 0.3 * norm(found)


def test_weight_gradient_is_its_input():
    for seed in SEEDS:
        torch.manual_seed(seed)
        layer, x = nn.Linear(WIDTH, WIDTH, bias=False).double(), torch.randn(WIDTH).double()
        z = layer(x)
        at_z = torch.randn(WIDTH).double()
        assert torch.allclose(
            torch.autograd.grad(z, layer.weight, at_z, retain_graph=True)[0], torch.outer(at_z, x)
        )
        assert not torch.autograd.grad(z, layer.weight, torch.zeros_like(at_z))[0].any()


def test_vanishing_needs_saturation():
    assert high("deep_stack.sigmoid.default.signal") < 1e-20
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "sigmoid").double()
        states = torch.stack(net(torch.randn(100, WIDTH).double()))
        slopes = states * (1 - states)
        assert slopes.mean((1, 2)).min() > 0.22 and slopes.min() > 0.02  # of at most 0.25
    assert max(reaches("sigmoid", "default")) < 1e-20


def test_mean_sigmoid_slope_tenth():
    assert stored("slopes.sigmoid.mean").value > 0.2 and stored("slopes.mean_slope.sd").value > 3
    for seed in SEEDS:
        z = normals(seed, 20_000)
        assert slope(torch.sigmoid, z).mean() > 0.2
        assert slope(torch.sigmoid, 3.2 * z).mean() > 0.1 > slope(torch.sigmoid, 4 * z).mean()


def test_tanh_as_bad_as_sigmoid():
    assert (
        low("signal_gain.tanh.xavier.total") > 0.1
        and high("signal_gain.sigmoid.xavier.total") < 1e-17
    )
    assert high("signal_gain.tanh.default.total") < 1e-6
    assert min(reaches("tanh", "xavier")) > 0.01
    assert max(reaches("sigmoid", "xavier")) < 1e-15
    assert max(reaches("tanh", "default")) < 1e-5


def test_relu_layer_passes_unchanged():
    for init, gain in (("default", 1 / 3), ("xavier", 1.0), ("he", 2.0)):
        assert stored(f"signal_gain.relu.{init}.measured").value == pytest.approx(
            math.sqrt(gain / 2), rel=0.02
        )
        assert statistics.median(factors("relu", init, MORE)) == pytest.approx(
            math.sqrt(gain / 2), rel=0.04
        )
    active = [(normals(seed, 10_000) > 0).double().mean().item() for seed in SEEDS]
    assert 0.45 < min(active) < max(active) < 0.55


def test_relu_removes_vanishing():
    assert high("deep_stack.relu.default.signal") < 1e-10
    assert stored("slopes.gelu.at_zero").value == 0.5 < stored("slopes.relu.rms").value
    relu, gelu = reaches("relu", "default"), reaches("gelu", "default")
    assert max(relu) < 1e-9 and max(gelu) < min(relu) / 100


def test_relu_slope_unbounded():
    assert stored("slopes.relu.max").value == 1 and stored("slopes.relu.min").value == 0
    assert all(
        set(slope(torch.relu, 1e6 * normals(seed, 1000)).tolist()) == {0.0, 1.0} for seed in SEEDS
    )


def test_smooth_slopes_stay_near_one():
    for name, phi, turn in (("gelu", F.gelu, -0.752), ("silu", F.silu, -1.278)):
        assert (
            stored(f"slopes.{name}.near_one").value < 0.2
            and stored(f"slopes.{name}.at_zero").value == 0.5
        )
        assert stored(f"slopes.{name}.max").value > 1.09 and stored(
            f"slopes.{name}.turn"
        ).value == pytest.approx(turn, abs=2e-3)
        assert all(
            ((slope(phi, normals(seed, 10_000)) - 1).abs() < 0.1).double().mean() < 0.22
            for seed in SEEDS
        )
        assert slope(phi, [turn - 0.1]).item() < 0 < slope(phi, [turn + 0.1]).item()


def test_negative_side_never_zero():
    assert (
        stored("slopes.gelu.float32_zero").value < -5
        and stored("slopes.elu.float32_zero").value < -90
    )
    assert (
        slope(F.gelu, [-8.0, -20.0]).tolist() == [0.0, 0.0] and slope(F.elu, [-110.0]).item() == 0.0
    )
    assert slope(F.elu, [-80.0]).item() > 0
    assert all(
        (slope(F.leaky_relu, -1e3 * normals(seed, 1000).abs()) == 0.01).all() for seed in SEEDS
    )


def dead_after(seed, rate, steps=50):
    """Units of the first layer that are zero for every digit after steps of plain SGD."""
    x, y, _, _ = digits()
    torch.manual_seed(seed)
    net, out = Stack(5, WIDTH, "relu", "he"), nn.Linear(WIDTH, 10)
    optimizer = torch.optim.SGD([*net.parameters(), *out.parameters()], lr=rate)
    for _ in range(steps):
        rows = torch.randint(len(x), (64,))
        optimizer.zero_grad()
        F.cross_entropy(out(net(x[rows])[-1]), y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        return (net(x)[0] == 0).all(0).sum().item()


def test_large_rate_kills_units():
    assert stored("dead_units.large.died.first").value > 20 * max(
        stored("dead_units.moderate.died.first").value, 1
    )
    large, moderate = (sum(dead_after(seed, rate) for seed in SEEDS) for rate in (0.5, 0.1))
    assert large > 10 * max(moderate, 1)


def revived(seed, steps=60):
    """Share of killed units that fire again for some digit, by hidden layer, after steps of plain SGD."""
    x, y, _, _ = digits()
    torch.manual_seed(seed)
    net, out, h, killed = Stack(3, WIDTH, "relu", "he"), nn.Linear(WIDTH, 10), x, []
    with torch.no_grad():
        for layer in net.layers:
            units = torch.randperm(WIDTH)[:16]
            layer.bias[units] -= 1.01 * layer(h)[:, units].max(0).values.clamp(min=0) + 1e-3
            h = torch.relu(layer(h))
            killed.append((h == 0).all(0))
    optimizer = torch.optim.SGD([*net.parameters(), *out.parameters()], lr=0.1)
    for _ in range(steps):
        rows = torch.randint(len(x), (64,))
        optimizer.zero_grad()
        F.cross_entropy(out(net(x[rows])[-1]), y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        return [
            ((h > 0).any(0) & gone).sum().item() / gone.sum().item()
            for h, gone in zip(net(x), killed, strict=True)
        ]


def test_dead_relu_for_good():
    assert (
        stored("dead_units.large.back.first").value
        == 0
        < stored("dead_units.large.died.first").value
    )
    assert (
        stored("dead_units.large.back.deeper").value
        > stored("dead_units.large.died.deeper").value / 4
    )
    shares = [revived(seed) for seed in SEEDS]
    assert all(first == 0.0 for first, *_ in shares)
    assert all(min(deeper) > 0.1 for _, *deeper in shares)


def goes_on(seed, decay=0.0):
    """(units of layer 1 dead after a few steps at too large a rate, how many of them live after going on at a smaller one)."""
    net = dead_units.Classifier(Stack(3, WIDTH, "relu", "he")).double()
    torch.manual_seed(seed)
    for layer in net.layers:
        initialize(layer, "he")
    for _ in dead_units.sgd(net, 1.0, 10, torch.Generator().manual_seed(seed)):
        pass
    before, _ = dead_units.dead(net, dead_units.data()[0])
    for _ in dead_units.sgd(net, 0.1, 20, torch.Generator().manual_seed(seed), decay):
        pass
    after, _ = dead_units.dead(net, dead_units.data()[0])
    return before[0].sum().item(), (before[0] & ~after[0]).sum().item()


def test_lower_rate_revives():
    left, back = (stored(f"dead_units.{way}.deeper").value for way in ("left", "train"))
    assert (
        0 < back < left / 4
        and stored("dead_units.train.first").value == 0 < stored("dead_units.left.first").value
    )
    found = [goes_on(seed) for seed in SEEDS]
    assert sum(dead for dead, _ in found) > 20 and sum(back for _, back in found) == 0


def test_decay_revives_dead_units():
    assert stored("dead_units.decay.first").value == 0 < stored("dead_units.left.first").value
    assert stored("dead_units.decay.deeper").value < 2 * stored("dead_units.train.deeper").value
    found = [goes_on(seed, decay=0.05) for seed in SEEDS]
    assert sum(dead for dead, _ in found) > 20 and sum(back for _, back in found) == 0


def test_units_die_in_training():
    assert low("dead_at_start.default.layer10") > 0.3 and low("dead_at_start.he.layer20") > 0.1
    deep = [dead_at_start.run((seed, "default"))[-1] for seed in SEEDS]
    assert min(deep) > 0.3


def test_dying_is_vanishing():
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(3, WIDTH, "relu", "he").double()
        with torch.no_grad():
            net.layers[1].bias[:5] = -100.0
        mean_square(net(torch.randn(200, WIDTH).double())[-1]).backward()
        rows = net.layers[1].weight.grad.norm(dim=1)
        assert (rows[:5] == 0).all() and rows[5:].median() > 1e-6
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "sigmoid").double()
        mean_square(net(torch.randn(8, WIDTH).double())[-1]).backward()
        rows = net.layers[1].weight.grad.norm(dim=1)
        assert rows.min() > 0 and rows.max() < 1e-15


def test_saturated_nets_vanish():
    for scale in (4, 8, 16, 32):
        assert (
            low(f"saturation.tanh.at{scale}.share") > 0.5
            and low(f"saturation.tanh.at{scale}.factor") > 1.3
        )
    found = [saturation.stack((seed, "tanh", 16)) for seed in SEEDS]
    assert all(f["share"] > 0.8 and f["factor"] > 2 for f in found)


def test_ten_sigmoid_layers_untrainable():
    assert (
        stored("counterexamples.trains.centered.learned").value
        == stored("counterexamples.seeds").value
    )
    assert stored("counterexamples.trains.xavier.learned").value == 0
    assert (
        sum(accuracy > 0.8 for accuracy in counterexamples.trained_sigmoids(SEEDS, "centered")) > 8
    )
    assert max(counterexamples.trained_sigmoids(SEEDS[:4], "xavier")) < 0.2


def test_relu_beat_quartering():
    assert stored("slopes.tanh.max").value == 1.0
    assert slope(torch.tanh, [0.0]).item() == 1.0


# ---------- initialization ----------


def test_he_levels_relu():
    assert stored("signal_gain.relu.he.rms").value == pytest.approx(1, abs=0.01)
    assert 0.95 < low("signal_gain.relu.he.measured") < high("signal_gain.relu.he.measured") < 1.05
    ends = reaches("relu", "he", width=128)
    assert statistics.fmean(x * x for x in ends) ** (0.5 / (DEPTH - 1)) == pytest.approx(
        1, abs=0.03
    )


def test_factor_one_any_depth():
    gains = [stored(f"signal_gain.spread.{width}.gain") for width in (16, 64, 256)]
    assert gains[0].value < 0.05 < gains[1].value < gains[2].value < 1
    assert gains[0].band[1] / gains[0].band[0] > 100 > gains[2].band[1] / gains[2].band[0]
    ends = [signal(seed, "relu", "he", depth=51, width=16)[0] for seed in range(9000, 9060)]
    assert (
        statistics.median(ends) < 0.1
    )  # theory: the log has mean −3.9 and standard deviation 2 to 2.3
    assert high("residual.two.he.scaled.at100.total") < 8
    for depth in (
        10,
        100,
    ):  # a factor of √(1 + 2/depth) per block: never more than e, whatever the depth
        assert all(1 < scaled_residual(seed, depth) < 8 for seed in SEEDS)


def scaled_residual(seed, depth):
    """Gain of the signal over blocks h + W₂ ReLU(W₁ h) / √depth with He weights."""
    torch.manual_seed(seed)
    h = x = torch.randn(1, WIDTH).double().requires_grad_()
    for _ in range(depth):
        first, second = math.sqrt(2 / WIDTH) * torch.randn(2, WIDTH, WIDTH).double()
        h = h + torch.relu(h @ first.T) @ second.T / math.sqrt(depth)
    top = torch.randn(1, WIDTH).double()
    return norm(torch.autograd.grad(h, x, top)[0]) / norm(top)


def test_xavier_suits_sigmoid():
    assert high("signal_gain.sigmoid.xavier.measured") < 0.25
    assert max(factors("sigmoid", "xavier")) < 0.25
    assert min(factors("tanh", "xavier")) > 0.85


def test_xavier_near_enough_for_relu():
    assert high("signal_gain.relu.xavier.total") < 1e-3 < 0.1 < low("signal_gain.relu.he.total")
    assert max(reaches("relu", "xavier")) < 1e-3
    assert statistics.median(reaches("relu", "he")) > 0.1


def test_linear_starts_with_he():
    for seed in SEEDS:
        torch.manual_seed(seed)
        weight = nn.Linear(256, 256).weight.detach()
        assert 256 * weight.var().item() == pytest.approx(1 / 3, rel=0.03)
        assert weight.abs().max() <= 1 / 16
        assert 256 * nn.init.kaiming_normal_(weight).var().item() == pytest.approx(2, rel=0.03)


def test_he_suits_smooth_units():
    assert (
        stored("slopes.silu.gain").value
        > stored("slopes.gelu.gain").value
        > 1.04 * stored("slopes.relu.gain").value
    )
    assert (
        high("counterexamples.smooth.silu.total") < 0.01
        and stored("counterexamples.smooth.gelu.total").value < 0.1
    )
    silu, gelu = (
        [counterexamples.smooth(seed, name) for seed in SEEDS] for name in ("silu", "gelu")
    )
    assert max(silu) < 0.01
    assert (
        statistics.median(silu)
        < statistics.median(gelu)
        < 0.1
        < statistics.median(reaches("relu", "he"))
    )


def largest_singular_values(init):
    found = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        linear = nn.Linear(WIDTH, WIDTH)
        initialize(linear, init)
        found.append(torch.linalg.matrix_norm(linear.weight.detach().double(), 2).item())
    return found


def test_largest_singular_value_one():
    for init, least in (("xavier", 1.7), ("he", 2.4)):
        assert (
            low(f"initialization.{init}.64.largest") > least
            and min(largest_singular_values(init)) > least
        )
        root_mean_square = stored(f"initialization.{init}.64.rms").value
        assert root_mean_square == pytest.approx({"xavier": 1, "he": math.sqrt(2)}[init], rel=0.01)
    assert all(s == pytest.approx(1, abs=1e-5) for s in largest_singular_values("orthogonal"))


def test_contraction_shrinks():
    assert (
        low("initialization.default.256.largest") > 1.05
        and high("initialization.default.256.stretch") < 0.7
    )
    assert min(largest_singular_values("default")) > 1.02
    for seed in SEEDS:
        weight, g = normals(seed, WIDTH, WIDTH), normals(seed + 100, 500, WIDTH)
        shrunk = 0.99 * weight / torch.linalg.matrix_norm(weight, 2)
        slopes = slope(torch.tanh, normals(seed + 200, 500, WIDTH))
        assert ((g * slopes) @ shrunk).norm(dim=1).div(g.norm(dim=1)).max() < 1
        typical = g @ nn.Linear(WIDTH, WIDTH).weight.detach().double()
        assert typical.norm(dim=1).div(g.norm(dim=1)).median() < 0.7


def test_largest_singular_value_to_the_depth():
    assert (
        low("stretching.default.bound.total") > 5 and high("stretching.default.gain.total") < 1e-6
    )
    assert low("stretching.he.bound.total") > 1e9 and high("stretching.he.gain.total") < 10
    for seed in SEEDS:
        torch.manual_seed(seed)
        weights = [nn.Linear(WIDTH, WIDTH).weight.detach().double() for _ in range(DEPTH)]
        bound = math.prod(torch.linalg.matrix_norm(W, 2).item() for W in weights)
        g = torch.linalg.multi_dot([W.T for W in weights]) @ normals(seed, WIDTH, 1)
        assert g.norm() / normals(seed, WIDTH, 1).norm() < 1e-5 < 5 < bound


def test_kaiming_sets_singular_values():
    assert stored("initialization.he.256.relu_rms").value == pytest.approx(1, abs=0.02)
    assert (
        low("initialization.he.256.relu_largest") > 2
        and low("initialization.he.256.relu_blocked") > 0.4
    )
    for seed in SEEDS:
        weight = normals(seed, WIDTH, WIDTH) * math.sqrt(2 / WIDTH)
        slopes = weight @ normals(seed + 100, WIDTH, 1) > 0
        found = torch.linalg.svdvals(slopes * weight)
        assert found[0] > 1.8 and (found < 1e-9).double().mean() > 0.25
        assert found.square().mean().sqrt().item() == pytest.approx(1, abs=0.25)


def test_orthogonal_makes_isometries():
    assert high("spectra.relu.orthogonal.near") < 0.1 and low("spectra.tanh.orthogonal.near") > 0.8
    assert low("spectra.relu.orthogonal.lost") > 0.4 and high("spectra.tanh.orthogonal.lost") == 0
    for seed in SEEDS:
        product, h = torch.eye(WIDTH).double(), normals(seed, WIDTH, 1)
        for layer in range(DEPTH):
            W = math.sqrt(2) * torch.linalg.qr(normals(seed + 100 * layer, WIDTH, WIDTH)).Q
            product, h = (W @ h > 0) * (W @ product), (W @ h).relu()
        found = torch.linalg.svdvals(product)
        assert (found < 1e-9 * found[0]).double().mean() > 0.4


def test_spectral_radius_of_the_layers():
    assert low("stretching.symmetric.radius") > 1.7 and high("stretching.symmetric.different") < 1.1
    assert (
        high("stretching.bidiagonal.radius") < 0.81
        and low("stretching.bidiagonal.different") > 0.95
    )
    up = torch.tensor([[0.0, 2.0], [0.0, 0.0]]).double()
    assert not torch.linalg.eigvals(up).abs().any() and not torch.linalg.eigvals(up.T).abs().any()
    assert torch.linalg.matrix_norm(torch.linalg.matrix_power(up @ up.T, 5), 2) == 2**10
    for seed in SEEDS:
        v, shrinks = normals(seed, WIDTH, 1), []
        for layer in range(DEPTH):
            gauss = normals(seed + 100 * layer, WIDTH, WIDTH)
            shrinks.append(((gauss + gauss.T) / math.sqrt(2 * WIDTH)).double())
        assert min(torch.linalg.eigvalsh(A).abs().max() for A in shrinks) > 1.5
        assert torch.linalg.multi_dot([*shrinks, v]).norm() / v.norm() < 20


def test_no_stable_middle():
    assert (
        low("spectra.product.orthogonal.smallest") > 1 - 1e-9
        and high("spectra.product.orthogonal.largest") < 1 + 1e-9
    )
    assert (
        high("residual.two.he.scaled.at30.total") < 5
        and high("residual.two.he.scaled.at100.total") < 5
    )
    assert low("signal_gain.tanh.xavier.total") > 0.1
    for seed in SEEDS:
        turned = torch.linalg.multi_dot(
            [torch.linalg.qr(normals(seed + 100 * layer, WIDTH, WIDTH)).Q for layer in range(DEPTH)]
        )
        assert torch.linalg.svdvals(turned) == pytest.approx(torch.ones(WIDTH).double(), abs=1e-9)


def test_theory_only_for_infinite_nets():
    assert stored("mean_field.worst").value < 0.02
    for key in ("low.at15", "middle.at10", "high.at30"):
        predicted = stored(f"mean_field.{key}.predicted").value
        assert (
            low(f"mean_field.{key}.factor") > 0.94 * predicted
            and high(f"mean_field.{key}.factor") < 1.06 * predicted
        )
    measured = [per_layer(signal(seed, "relu", "xavier", width=256)) for seed in SEEDS]
    assert statistics.median(measured) == pytest.approx(math.sqrt(0.5), rel=0.02)


def test_level_activations_level_gradients():
    for layer in (0, 10, 29):
        assert 0.45 < stored("mean_field.forward.sigmoid.default").value[layer] < 0.55
    assert high("signal_gain.sigmoid.default.total") < 1e-20
    for seed in SEEDS:
        torch.manual_seed(seed)
        states = Stack(DEPTH, WIDTH, "sigmoid")(torch.randn(1, WIDTH))
        assert all(0.4 < h.square().mean().sqrt() < 0.6 for h in states)
    assert max(reaches("sigmoid", "default")) < 1e-20


def test_one_fix_is_enough():
    assert (
        high("deep_stack.relu.default.signal") < 1e-10
        and low("deep_stack.residual.he.signal") > 1e6
    )
    assert (
        high("signal_gain.sigmoid.he.measured") < 0.4
        and high("normalization.sigmoid.layer.factor") < 0.5
    )
    assert max(reaches("relu", "default")) < 1e-9 and max(reaches("sigmoid", "he")) < 1e-12
    assert min(reaches("relu", "he", skip=1.0)) > 1e3
    assert max(reaches("sigmoid", "xavier", norm=nn.LayerNorm)) < 1e-9


def test_negative_mean_by_depth():
    for depth in (10, 15, 30):
        assert (
            5.8
            < low(f"negative_mean.steady.at{depth}.crossing")
            < high(f"negative_mean.steady.at{depth}.crossing")
            < 6
        )
        assert stored(f"negative_mean.steady.at{depth}.near").value == pytest.approx(1, abs=0.01)
    fresh = [negative_mean.run(seed) for seed in list(SEEDS)[:3]]
    for depth in (10, 15, 30):
        assert all(5.8 < negative_mean.crossing(found["steady", depth]) < 6 for found in fresh)
        assert all(max(found["centered", depth]) < 0.95 for found in fresh)


def test_negative_mean_lets_sigmoids_learn():
    assert stored("negative_mean.training.zero.learned").value == 0
    assert (
        stored("negative_mean.training.negative.learned").value
        == stored("negative_mean.training.seeds").value
    )
    assert low("negative_mean.common.at30") > 0.99
    found = negative_mean.trained((SEEDS[0], (0.1,)))
    assert found["negative", 0.1] > 0.15 > 0.12 > found["zero", 0.1]


def test_gain_of_the_activation_suffices():
    assert (
        0.95
        < low("signal_gain.relu.matched.measured")
        < high("signal_gain.relu.matched.measured")
        < 1.05
    )
    assert (
        high("signal_gain.sigmoid.matched.measured") < 0.75
        and low("signal_gain.softplus.matched.measured") > 1.2
    )
    for seed in list(SEEDS)[:3]:
        torch.manual_seed(seed)
        stack = Stack(DEPTH, 128, "relu", "xavier")
        cases = [
            (net, stored(f"slopes.{net}.gain").value) for net in ("relu", "sigmoid", "softplus")
        ]
        relu, sigmoid, softplus = (
            per_layer(profile) for profile in signal_gain.profiles(stack, cases)
        )
        assert sigmoid < 0.8 < 0.93 < relu < 1.07 < 1.15 < softplus


def test_calculate_gain_levels():
    assert nn.init.calculate_gain("relu") == pytest.approx(stored("slopes.relu.gain").value)
    assert stored("slopes.sigmoid.gain").value > 4 * nn.init.calculate_gain("sigmoid")
    assert stored("slopes.tanh.gain").value < 0.9 * nn.init.calculate_gain("tanh")
    for name in ("gelu", "silu"):
        with pytest.raises(ValueError):
            nn.init.calculate_gain(name)


def test_orthogonal_levels_relu():
    assert high("signal_gain.relu.orthogonal.measured") < 0.73
    assert low("init_training.orthogonal_he.accuracy") > stored("init_training.he.accuracy").value
    assert max(factors("relu", "orthogonal")) < 0.75


def test_usual_start_trains_relu():
    for start, learned in (
        ("default", 0),
        ("xavier", 0),
        ("orthogonal", 0),
        ("he", 20),
        ("orthogonal_he", 20),
    ):
        assert stored(f"init_training.{start}.learned").value == learned
    assert low("init_training.he.accuracy") > 0.3 > 0.15 > high("init_training.xavier.accuracy")
    rates = {
        name: init_training.SPOT.rates[name] if name in ("xavier", "he") else ()
        for name in init_training.STARTS
    }
    found = init_training.run((SEEDS[0], rates))
    assert found["he", 0.003] > 0.2 > 0.16 > found["xavier", 0.001]


def test_balanced_value_for_relu():
    assert (
        high("two_ways.square.glorot.backward") < 0.75
        and low("two_ways.square.balanced.backward") > 0.95
    )
    assert (
        high("two_ways.alternating.balanced.backward")
        < stored("two_ways.alternating.he_in.backward").value
    )
    found = [two_ways.run(seed) for seed in SEEDS]
    for way in (0, 1):
        middle = {
            scheme: statistics.median(f["alternating", scheme][way] for f in found)
            for scheme in two_ways.SCHEMES
        }
        assert middle["glorot"] < 0.7 < middle["balanced"] < 0.93 < middle["he_in"] < 1.05
        assert statistics.median(f["square", "glorot"][way] for f in found) < 0.75


def test_equal_weights_will_part():
    for start, phi in ((0.0, nn.Tanh), (0.0, nn.ReLU), (0.0, nn.Sigmoid), (0.1, nn.Tanh)):
        torch.manual_seed(SEEDS[0])
        x, y = torch.randn(64, 4).double(), torch.randn(64, 1).double()
        net = nn.Sequential(nn.Linear(4, 8), phi(), nn.Linear(8, 1)).double()
        for parameter in net.parameters():
            nn.init.constant_(parameter, start)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for step in range(100):
            optimizer.zero_grad()
            (net(x) - y).square().mean().backward()
            assert step or start or not net[0].weight.grad.any()
            optimizer.step()
        weights = net[0].weight.detach()
        assert torch.allclose(weights, weights[:1].expand_as(weights), rtol=1e-12, atol=1e-12)
        assert bool(weights.any()) == (start > 0 or phi is nn.Sigmoid)


def test_selu_cannot_explode():
    assert (
        low("signal_gain.selu.xavier.measured") > 1.01
        and stored("signal_gain.selu.xavier.predicted").value > 1.02
    )
    for seed in list(SEEDS)[:3]:
        torch.manual_seed(seed)
        (profile,) = signal_gain.profiles(Stack(DEPTH, 256, "relu", "xavier"), [("selu", 1.0)])
        assert 1.005 < per_layer(profile) < 1.07


# ---------- residual ----------


def test_skips_give_largest_gradient():
    for init in ("default", "xavier", "he"):
        assert stored(f"deep_stack.ordered.{init}").value == stored("deep_stack.seeds").value
        nets = [
            demonstration(*net, init) for net in (("sigmoid", None), ("relu", None), ("relu", 1.0))
        ]
        assert all(a[2][0] < b[2][0] < c[2][0] for a, b, c in zip(*nets, strict=True))


def test_skips_stabilize():
    assert (
        low("deep_stack.residual.default.signal") > 100
        and low("deep_stack.residual.default.loss") > 1e4
    )
    assert 0 < stored("deep_stack.float32.overflows").value <= stored("deep_stack.seeds").value
    for loss, at, _ in demonstration("relu", 1.0, "default"):
        assert loss > 1e4 and at[0] > 100 * at[-1]
    assert max(reaches("relu", "default", skip=DEPTH**-0.5)) < 10


def test_skip_passes_unchanged():
    for share, arrives in ((-1.0, 0.0), (-0.5, 0.5**DEPTH)):
        h = x = normals(0, 1, WIDTH).requires_grad_()
        for _ in range(DEPTH):
            h = h + share * h
        assert torch.autograd.grad(h.sum(), x)[0] == pytest.approx(
            torch.full((1, WIDTH), arrives).double()
        )
    assert (
        low("residual.one.he.plain.at30.factor") > 1.3
        and low("residual.two.he.plain.at30.factor") > 1.5
    )
    assert (
        min(factors("relu", "default", skip=1.0)) > 1.03
        and min(factors("relu", "he", skip=1.0)) > 1.1
    )


def test_one_plus_the_gradient():
    assert stored("residual.minus_half.factor").value == pytest.approx(0.5)
    for seed in SEEDS:
        h, g, W = (
            normals(seed, 8).requires_grad_(),
            normals(seed + 100, 8),
            normals(seed + 200, 8, 8),
        )
        J = torch.autograd.functional.jacobian(lambda h, W=W: torch.tanh(W @ h), h)
        before = torch.autograd.grad(h + torch.tanh(W @ h), h, g)[0]
        assert torch.allclose(before, g + J.T @ g) and norm(before - 1 - g) > 0.1


def test_root_of_depth_is_enough():
    for depth in (10, 30, 100):
        key = f"residual.two.he.scaled.at{depth}"
        assert low(f"{key}.total") > 1.5 and max(high(f"{key}.total"), high(f"{key}.forward")) < 4
        assert stored(f"{key}.total").value == pytest.approx(math.e, rel=0.15)
        assert high(f"residual.two.he.mean.at{depth}.total") < 1.25
    assert low("residual.two.he.plain.at100.total") > 1e20
    assert low("lab_presets.deep.share") > 10 and high("lab_presets.deep.linear_last.share") < 3


def test_zero_branch_is_identity():
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "relu", "he", 1.0).double()
        lasts = [nn.Linear(WIDTH, WIDTH).double() for _ in range(DEPTH)]
        x = h = torch.randn(1, WIDTH).double().requires_grad_()
        for layer, last in zip(net.layers, lasts, strict=True):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
            h = h + last(torch.relu(layer(h)))
        top = torch.randn(1, WIDTH).double()
        assert torch.equal(h, x) and torch.equal(torch.autograd.grad(h, x, top)[0], top)


def test_resnet_is_a_highway_net():
    for seed in SEEDS:
        x, branch = normals(seed, WIDTH), normals(seed + 100, WIDTH)
        gates = torch.linspace(0, 1, 101)[:, None].double()
        away = (gates * branch + (1 - gates) * x - (branch + x)).norm(dim=1)
        assert (
            away.min() > 0.4 * (branch + x).norm()
        )  # by algebra half a sum of two perpendicular vectors


def test_level_norms_are_enough():
    assert (
        abs(stored("shattered.bn.at50.near").value) < 0.1
        and low("shattered.res_bn.at50.near") > 0.7
    )
    with float64():
        for seed in SEEDS[:3]:
            torch.manual_seed(seed)
            assert (
                abs(shattered.cosines("bn", 30)[1]) < 0.3
                and shattered.cosines("res_bn", 30)[1] > 0.7
            )


def test_shattering_is_always_exponential():
    for depth in (10, 20, 50):
        assert high(f"shattered.bn.at{depth}.near") < low(f"shattered.plain.at{depth}.near")
    assert shattered.predicted("bn", 50, 5) / shattered.predicted("bn", 40, 5) == pytest.approx(
        0.5**10, rel=0.01
    )
    assert shattered.predicted("plain", 50, 5) / shattered.predicted("plain", 40, 5) > 0.5


def test_degradation_is_vanishing():
    assert min(reaches("relu", "he", depth=56, width=32, norm=nn.BatchNorm1d, batch=32)) > 50


def test_mismatched_skip_raises():
    for seed in SEEDS:
        with pytest.raises(RuntimeError):
            normals(seed, 8, 64) + normals(seed, 8, 128)
        assert (normals(seed, 8, 1) + normals(seed, 8, 64)).shape == (8, 64)
        assert (normals(seed, 8) + normals(seed, 8, 1)).shape == (8, 8)


# ---------- normalization ----------


def test_batchnorm_levels_gradients():
    assert (
        low("normalization.relu.batch.factor") > 1.15
        and low("normalization.tanh.batch.factor") > 1.02
    )
    assert stored("normalization.relu.batch.ratio").value == pytest.approx(1, abs=0.02)
    assert min(factors("relu", "he", norm=nn.BatchNorm1d, batch=64)) > 1.1
    assert min(factors("tanh", "xavier", norm=nn.BatchNorm1d, batch=64)) > 1.05


def test_any_normalization_rescues_sigmoid():
    assert (
        high("normalization.sigmoid.layer.factor") < 0.45
        and high("normalization.sigmoid.none.factor") < 0.25
    )
    assert (
        1
        < low("normalization.sigmoid.batch.factor")
        < high("normalization.sigmoid.batch.factor")
        < 1.1
    )
    assert max(factors("sigmoid", "xavier", norm=nn.LayerNorm, batch=64)) < 0.45
    z = normals(0, 200_000)
    square, steep = torch.sigmoid(z).pow(2).mean(), slope(torch.sigmoid, z).pow(2).mean().sqrt()
    assert 0.25 / square > 0.8  # of the spread that LayerNorm divides by
    assert steep / square.sqrt() == pytest.approx(
        stored("normalization.sigmoid.layer.factor").value, rel=0.03
    )
    assert steep / (square - 0.25).sqrt() == pytest.approx(
        stored("normalization.sigmoid.batch.factor").value, rel=0.03
    )
    batch = factors("sigmoid", "xavier", norm=nn.BatchNorm1d, batch=64)
    assert 1 < min(batch) < max(batch) < 1.1


def test_layernorm_normalizes_gradients():
    assert high("normalization.sigmoid.layer.factor") < 0.45
    for seed in SEEDS:
        x, g = normals(seed, WIDTH).requires_grad_(), normals(seed + 100, WIDTH)
        once, thousandfold = (
            torch.autograd.grad(F.layer_norm(x, (WIDTH,)), x, k * g)[0] for k in (1, 1000)
        )
        assert torch.allclose(thousandfold, 1000 * once)
        larger = (
            torch.autograd.grad(F.layer_norm(10 * x, (WIDTH,)), x, g)[0] / 10
        )  # by the norm's input, 10 x
        assert norm(larger) == pytest.approx(norm(once) / 10, rel=1e-3)


def test_norm_acts_through_slopes_alone():
    assert stored("normalization.jacobian.lost").value == 2
    assert high("normalization.relu.none.factor") < 1.1 < low("normalization.relu.batch.factor")
    for seed in SEEDS:
        x = normals(seed, WIDTH)
        jacobian = torch.autograd.functional.jacobian(
            lambda x: F.layer_norm(x, (WIDTH,), eps=0.0), x
        )
        y = F.layer_norm(x, (WIDTH,), eps=0.0)
        assert norm(jacobian.mT @ torch.ones_like(x)) < 1e-9 and norm(jacobian.mT @ y) < 1e-9
        assert torch.linalg.matrix_rank(jacobian) == WIDTH - 2


def test_better_weights_calm_batchnorm():
    grown = []
    for init in ("xavier", "he", "default"):
        grown.append(statistics.median(factors("relu", init, norm=nn.BatchNorm1d, batch=64)))
    assert min(grown) > 1.1 and max(grown) / min(grown) < 1.01
    assert (
        low("normalization.relu.batch.of8.wide256.factor")
        > high("normalization.relu.batch.of256.wide256.factor")
        > 1.1
    )
    assert (
        stored("normalization.relu.batch.worst").value < 0.02
        and stored("normalization.worst").value < 0.02
    )


def test_skips_make_norms_redundant():
    assert (
        low("normalization.plain.batch.at100.total") > 1e6
        and low("normalization.skips.none.at100.total") > 1e12
    )
    assert (
        high("normalization.skips.batch.at100.total") < 50
        and high("normalization.skips.layer.at100.total") < 20
    )
    for seed in SEEDS[:3]:
        grown = {key: through_blocks(seed, 50, *how[:2]) for key, how in BLOCKS.items()}
        assert (
            min(grown["plain.batch"], grown["skips.none"])
            > 1e3
            > 30
            > max(grown["skips.batch"], grown["skips.layer"])
        )


# ---------- transformers ----------


@functools.cache
def at_start(net, depth=24):
    """For every fresh seed what `transformer.gradients` finds."""
    found = []
    with float64():
        for seed in SEEDS:
            torch.manual_seed(seed)
            found.append(transformer.gradients(net, depth))
    return found


def test_warmup_against_vanishing():
    for depth in transformer.DEPTHS:
        assert low(f"transformer.post.at{depth}.down.last") > high(
            f"transformer.pre.at{depth}.down.last"
        )
    assert 0.5 < stored("transformer.post.at24.down.tilt").value < 2
    assert min(f["down"][-1] for f in at_start("post")) > 0.8 * max(
        f["down"][-1] for f in at_start("pre")
    )


def test_pre_norm_without_warmup():
    all_of_them = stored("warmup.seeds").value
    for key in ("pre.cold", "pre.warm", "post.warm"):
        assert stored(f"warmup.{key}.learned").value == all_of_them
    assert stored("warmup.post.cold.learned").value == 0
    assert warmup.trained([9000], "pre")["cold"][0] > 0.9


def test_pre_norm_gradient_unscaled():
    for depth in (12, 24, 48):
        assert (
            low(f"transformer.pre.at{depth}.signal.gain")
            > 2
            > high(f"transformer.scaled.at{depth}.signal.gain")
        )
        theory = stored(f"transformer.pre.at{depth}.signal.predicted").value
        assert stored(f"transformer.pre.at{depth}.signal.gain").value == pytest.approx(
            theory, rel=0.2
        )
    assert min(f["signal"][0] / f["signal"][-1] for f in at_start("pre")) > 2


def test_attention_ends_vanishing():
    assert high("transformer.post.at24.q.last") < 1e-4 and low("transformer.post.at24.v.last") > 0.5
    assert low("transformer.scaled.at24.q.last") > 0.02
    assert all(
        f["q"][-1] < 1e-3 * f["v"][-1] and f["q"][-1] < 1e-2 * f["q"][0] for f in at_start("post")
    )


def test_skips_keep_tokens_apart():
    assert (
        high("transformer.apart.attention.at4") < 1e-3 < 0.02 < low("transformer.apart.block.at12")
    )
    assert high("transformer.apart.skips.at12") < 0.3 < low("transformer.apart.skips.at4")
    with float64(), torch.no_grad():
        for seed in SEEDS:
            torch.manual_seed(seed)
            assert transformer.apart("attention")[5] < 1e-6
            assert 0.005 < transformer.apart("block")[-1] < 0.3


# ---------- recurrent ----------


def through_time(seed, radius, phi, steps=50, width=WIDTH):
    """(share of the signal that reaches the first step, largest singular value) of a net whose matrix has this spectral radius."""
    matrix = normals(seed, width, width)
    matrix = matrix * radius / torch.linalg.eigvals(matrix).abs().max()
    h = start = torch.randn(1, width).double().requires_grad_()
    for _ in range(steps):
        h = phi(h @ matrix.T + torch.randn(1, width).double())
    top = torch.randn(1, width).double()
    return norm(torch.autograd.grad(h, start, top)[0]) / norm(top), torch.linalg.matrix_norm(
        matrix, 2
    ).item()


def gated(seed, kind, forget=None, steps=50, width=WIDTH):
    """Factor per step of the gradient of an LSTM's cell state or a GRU's state; the forget gate's bias where given."""
    torch.manual_seed(seed)
    cell = kind(width, width).double()
    if forget is not None:
        with torch.no_grad():
            cell.bias_ih[width : 2 * width], cell.bias_hh[width : 2 * width] = forget, 0.0
    first = state = torch.zeros(1, width).double().requires_grad_()
    h = torch.zeros(1, width).double()
    for _ in range(steps):
        x = torch.randn(1, width).double()
        if kind is nn.LSTMCell:
            h, state = cell(x, (h, state))
        else:
            state = cell(x, state)
    top = torch.randn(1, width).double()
    return (norm(torch.autograd.grad(state, first, top)[0]) / norm(top)) ** (1 / steps)


def test_plain_rnn_ten_steps():
    assert (
        stored("counterexamples.recall.orthogonal.learned").value
        == stored("counterexamples.seeds").value
    )
    assert stored("counterexamples.recall.default.learned").value == 0
    assert min(counterexamples.recalling(SEEDS, "orthogonal")) > 0.9
    assert max(counterexamples.recalling(SEEDS, "default")) < 0.5


def test_largest_singular_value_to_the_steps():
    assert stored("recurrent.default.above_one").value == stored("recurrent.seeds").value
    assert high("recurrent.default.power") < 0.7 and low("recurrent.default.largest") > 1.05
    assert stored("recurrent.rho15.tanh.vanishes").value == stored("recurrent.seeds").value
    for seed in SEEDS:
        gain, largest = through_time(seed, 1.0, lambda z: z)
        assert largest > 1.5 and gain < largest**50 / 1e6
        assert through_time(seed, 1.1, torch.tanh)[0] < 1e-2
    shift = 10 * torch.diag(
        torch.ones(9).double(), 1
    )  # largest singular value 10, every eigenvalue 0
    assert (
        torch.linalg.matrix_norm(shift, 2) == 10 and not torch.linalg.matrix_power(shift, 10).any()
    )


def test_radius_below_one_shrinks():
    assert (
        stored("stretching.bidiagonal.peak").value > 1e10
        and high("stretching.bidiagonal.radius") < 0.81
    )
    for side in (16, 24, 48):
        matrix = 0.8 * torch.eye(side).double() + 0.6 * torch.diag(torch.ones(side - 1).double(), 1)
        assert torch.linalg.eigvals(matrix).abs().max() < 0.81
        assert torch.linalg.matrix_norm(torch.linalg.matrix_power(matrix, 2 * side), 2) > 100
        assert torch.linalg.matrix_norm(torch.linalg.matrix_power(matrix, 100 * side), 2) < 1e-20


def test_radius_above_one_explodes():
    assert (
        high("recurrent.rho15.sigmoid.total") < 1e-20
        and high("recurrent.rho3.sigmoid.total") < 1e-10
    )
    for seed in SEEDS:
        assert through_time(seed, 1.5, torch.sigmoid)[0] < 1e-20
        assert through_time(seed, 3.0, torch.sigmoid)[0] < 1e-8


def test_radius_below_one_vanishes():
    assert (
        stored("recurrent.nilpotent.grows").value == stored("recurrent.seeds").value
        and low("recurrent.nilpotent.factor") > 1.1
    )
    matrix = 16 * torch.tensor([[1.0, -1.0], [1.0, -1.0]]).double()
    assert not torch.linalg.matrix_power(matrix, 2).any()  # so both of its eigenvalues are zero
    state = torch.tensor([0.0, 0.5]).double()
    bias = (
        torch.atanh(state) - matrix @ state
    )  # makes the state a fixed point, with slopes of 1 and 3/4
    step = torch.autograd.functional.jacobian(lambda h: torch.tanh(matrix @ h + bias), state)
    assert torch.linalg.eigvals(step).abs().max().item() == pytest.approx(4.0)
    for seed in SEEDS:  # the sufficient condition: largest singular value below one
        small = normals(seed, WIDTH, WIDTH)
        small = 0.99 * small / torch.linalg.matrix_norm(small, 2)
        h = start = torch.zeros(WIDTH).double().requires_grad_()
        for _ in range(100):
            h = torch.tanh(small @ h + torch.randn(WIDTH).double())
        assert norm(torch.autograd.grad(h.sum(), start)[0]) <= 0.99**100 * WIDTH**0.5


def test_entrywise_step_through_time():
    for seed in SEEDS:
        W, h, g = (
            normals(seed, 5, 5),
            torch.randn(5).double().requires_grad_(),
            torch.randn(5).double(),
        )
        out = torch.tanh(W @ h)
        found, slopes = torch.autograd.grad(out, h, g)[0], 1 - out.detach().square()
        assert torch.allclose(found, W.T @ (slopes * g)) and torch.allclose(
            found, g @ torch.diag(slopes) @ W
        )
        assert not torch.allclose(found, g @ (W.T * slopes), rtol=0.01)


def test_holding_costs_the_gradient():
    assert (
        max(
            stored(f"iterated_map.{unit}.largest").value for unit in ("tanh", "sigmoid", "centered")
        )
        < 1
    )
    assert (
        stored("iterated_map.tanh.best").value == 1
        and stored("iterated_map.centered.best").value == 4
    )
    assert stored("iterated_map.one.slope").value == pytest.approx(
        stored("iterated_map.crept").value, rel=0.05
    )
    for w in (1.3, -2.5, 6.0):
        pushed = [iterated_map.followed("tanh", w, h=h)[0] for h in (0.5, 0.6)]
        assert abs(pushed[1] - pushed[0]) < 1e-6 and abs(iterated_map.followed("tanh", w)[1]) < 1e-6


def test_adding_fails_with_the_lag():
    seeds = stored("reach.seeds").value
    assert (
        stored("reach.adding.tanh.any").value == 0
        and stored("reach.adding.lstm.learned").value
        == sorted(stored("reach.adding.lstm.learned").value, reverse=True)
        and stored("reach.adding.lstm.learned").value[-1] == 0
    )
    assert stored("reach.adding.gru.learned").value == [seeds] * len(
        stored("reach.adding.spans").value
    )


def test_lstm_reaches_further():
    assert stored("reach.recall.orthogonal.all").value > stored("reach.recall.lstm.any").value
    assert stored("reach.recall.lstm_shut.all").value == stored("reach.recall.longest").value
    fresh = tuple(SEEDS[:1])
    assert all(reach.run(("recall", "tanh", 20, fresh))["orthogonal"]) and not any(
        reach.run(("recall", "lstm", 20, fresh))["lstm"]
    )


def test_lstm_path_is_additive():
    assert 0.5 < low("recurrent.lstm.cell.factor") < high("recurrent.lstm.cell.factor") < 0.7
    assert all(0.5 < gated(seed, nn.LSTMCell) < 0.7 for seed in SEEDS)


def test_gru_holds_out_of_the_box():
    assert high("recurrent.gru.factor") < 0.67 and high("recurrent.lstm.factor") < 0.67
    assert all(0.5 < gated(seed, nn.GRUCell) < 0.67 for seed in SEEDS)


def test_large_forget_bias_helps():
    assert low("recurrent.lstm_open.cell.factor") > 0.97
    assert all(gated(seed, nn.LSTMCell, forget=3.0) > 0.94 for seed in SEEDS)


def test_forget_bias_is_enough():
    assert (
        stored("reach.recall.lstm_open.learned").value[-1] == 0
        and stored("reach.recall.lstm_open.all").value >= 20
    )
    assert stored("reach.recall.lstm_shut.learned").value[-1] == stored("reach.seeds").value


def test_state_space_models_avoid_the_product():
    for seed in SEEDS:
        decay = torch.exp(-F.softplus(normals(seed, 100, WIDTH)) * 0.1)
        h = first = normals(seed + 100, WIDTH).requires_grad_()
        for step in decay:
            h = step * h + torch.randn(WIDTH).double()
        found = torch.autograd.grad(h.sum(), first)[0]
        assert torch.allclose(found, decay.prod(0), rtol=1e-10) and found.max() < 0.01


# ---------- floating point ----------


def test_deep_gradients_underflow():
    assert (
        stored("factors.float32.zero_depth").value
        > stored("factors.float32.subnormal_depth").value
        > 2 * DEPTH
    )
    assert stored("factors.float16.zero_depth").value < 20
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "sigmoid", "xavier")
        x = torch.randn(8, WIDTH)
        net(x)[-1].pow(2).mean().backward()
        tiny = net.layers[0].weight.grad.double()
        net.zero_grad()
        net.double()(x.double())[-1].pow(2).mean().backward()
        exact = net.layers[0].weight.grad
        assert exact.abs().max() < 1e-15 and norm(tiny - exact) / norm(exact) < 1e-4


def test_half_precision_loses_gradients():
    least = stored("factors.float16.subnormal").value
    assert torch.tensor(least / 4).half() == 0 != torch.tensor(least / 4).bfloat16()
    learned = {
        how: stored(f"half_precision.{how}.learned").value for how in ("half", "scaled", "bfloat")
    }
    assert learned == {"half": 0} | dict.fromkeys(
        ("scaled", "bfloat"), stored("half_precision.seeds").value
    )
    for seed in SEEDS:
        g = 1e-9 * normals(seed, 1000)
        assert not g.half().any() and (g.bfloat16() != 0).double().mean() > 0.99
        assert torch.allclose((g * 2**20).half().double() / 2**20, g, rtol=1e-3, atol=1e-11)


def test_below_epsilon_is_lost():
    eps, update = (
        stored("factors.float32.eps").value,
        torch.tensor(stored("factors.update.at10").value, dtype=torch.float32),
    )
    assert update < eps / 10 and stored("factors.update.lost.at10").value == 0.25
    for seed in SEEDS:
        torch.manual_seed(seed)
        small, large = 0.2 * torch.rand(1000), 0.26 + torch.rand(1000)
        assert (small - update != small).all() and (large - update == large).all()
        tiny = (eps * 1e-10 * torch.rand(1000).double()).clamp(min=1e-20)
        assert torch.allclose(tiny.float().double(), tiny, rtol=eps, atol=0)


def test_bfloat_as_good_as_float():
    assert stored("factors.bfloat16.eps").value > 1e4 * stored("factors.float32.eps").value
    for seed in SEEDS:
        w = 0.5 + 0.4 * torch.rand(1000, generator=torch.Generator().manual_seed(seed))
        assert torch.equal(w.bfloat16() - torch.tensor(1e-4).bfloat16(), w.bfloat16())
        assert (w - 1e-4 < w).all()


def test_loss_scaling_cures_vanishing():
    seeds = stored("half_precision.seeds").value
    assert (
        stored("half_precision.half.learned").value
        == 0
        == max(stored("half_precision.half.moved").seeds)
    )
    assert (
        stored("half_precision.scaled.learned").value
        == stored("half_precision.exact.learned").value
        == seeds
    )
    for seed in SEEDS:
        torch.manual_seed(seed)
        net, ratios = Stack(DEPTH, WIDTH, "sigmoid", "xavier").double(), []
        for scale in (1.0, 2.0**16):
            net.zero_grad()
            (scale * mean_square(net(normals(seed, 8, WIDTH))[-1])).backward()
            ratios.append(norm(net.layers[-1].weight.grad) / norm(net.layers[0].weight.grad))
        assert ratios[1] == pytest.approx(ratios[0]) and ratios[0] > 1e12


def test_printed_zero_is_zero():
    assert stored("deep_stack.float32.zeros").value == stored("deep_stack.seeds").value
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "sigmoid")
        mean_square(net(torch.randn(8, WIDTH))[-1]).backward()
        gradient = net.layers[0].weight.grad
        assert gradient.norm() == 0 and gradient.any() and norm(gradient) > 1e-28


def test_printed_inf_is_overflow():
    assert stored("factors.norm.inf").value < stored("factors.float32.largest").value / 1e15
    for seed in SEEDS:
        gradient = (1e18 * normals(seed, 64, 64)).float()
        assert (
            torch.isinf(gradient.norm())
            and torch.isfinite(gradient).all()
            and math.isfinite(norm(gradient))
        )


def test_fifty_layers_to_nan():
    assert (
        stored("factors.three_halves.at50").value < stored("factors.float32.largest").value / 1e20
    )
    assert (
        stored("factors.float32.overflow").value > 200
        and stored("factors.float16.overflow").value < 50
    )
    assert torch.isfinite(torch.tensor(1.5).pow(50)) and torch.isinf(
        torch.tensor(1.5).pow(50).half()
    )


# ---------- optimizers and clipping ----------


def test_same_mechanism():
    for factor in ("quarter", "nine_tenths", "eleven_tenths", "three_halves"):
        gamma = stored(f"factors.gamma.{factor}").value
        for depth in (5, 10, 50):
            at = stored(f"factors.{factor}.at{depth}").value
            assert math.log(at) == pytest.approx(depth * math.log(gamma), rel=1e-6)
            assert (at < 1) == (gamma < 1)


def test_gradient_overflows_first():
    assert high("exploding.net.float32.loss") < low("exploding.net.float32.forward") / 1.5
    for seed in SEEDS:
        found = exploding.overflow((seed, "float16"))
        assert found["loss"] < found["forward"]


def test_explosion_prints_nan():
    assert (
        stored("exploding.train.tanh.usual.broke").value
        == stored("exploding.train.tanh.usual.learned").value
        == 0
    )
    assert min(stored("exploding.train.tanh.norm").seeds) > 300
    for seed in SEEDS:
        net = exploding.make("tanh", seed)
        x, y = exploding.data()
        loss = F.cross_entropy(net(x[:64])[-1], y[:64])
        loss.backward()
        assert loss < 4 and exploding.length(net) > 100


def test_small_rate_cures_explosion():
    seeds = stored("exploding.train.seeds").value
    assert (
        stored("exploding.train.skip.hundredth.learned").value
        == seeds
        == stored("exploding.train.skip.usual.broke").value
    )
    assert stored("exploding.train.relu.hundredth.broke").value == seeds
    assert all(exploding.train(("relu", "hundredth", False, seed))["broke"] for seed in SEEDS)


def steps_of(optimizer, gradient, steps=20, start=0.0):
    """How far each of 50 weights has moved under a constant gradient."""
    w = torch.full((50,), start, requires_grad=True, dtype=gradient.dtype)
    taken = optimizer([w])
    for _ in range(steps):
        w.grad = gradient.clone()
        taken.step()
    return (w.detach() - start).abs()


def adam(eps=1e-8):
    return lambda parameters: torch.optim.Adam(parameters, lr=1e-3, eps=eps)


def test_adam_cures_vanishing():
    assert stored("factors.adam.share.at_eps").value == pytest.approx(0.5, rel=1e-3)
    assert (
        stored("factors.adam.share.usual").value > 0.99
        and stored("factors.adam.share.tiny").value < 1e-6
    )
    for seed in SEEDS:
        g = normals(seed, 50).abs().clamp(min=0.1)
        usual, smaller, tiny = (steps_of(adam(), scale * g) for scale in (1.0, 1e-5, 1e-13))
        assert torch.allclose(usual, smaller, rtol=0.02) and tiny.max() < usual.min() / 1e3
    assert max(shares_of_input("sigmoid", "xavier")) < 1e-10
    assert stored("revived.tiny.left").value == stored("revived.seeds").value
    assert high("revived.tiny.leaves") < 1000 and low("revived.tiny.end.switch") == 1
    assert high("revived.tiny.end.accuracy") < 0.3 < low("revived.healthy.end.accuracy")


def test_adam_stops_at_its_epsilon():
    assert stored("factors.adam.moved.tiny").value == 0 < stored("factors.adam.moved.at_eps").value
    for seed in SEEDS:
        g = 1e-15 * normals(seed, 50).abs().clamp(min=0.1).float()
        assert steps_of(adam(), g, start=0.1).max() == 0
        assert steps_of(adam(eps=1e-20), g, start=0.1).min() > 0.01


def test_a_layer_that_moves_learns():
    parts = ("moved", "undone", "accuracy")
    dead, alive = (
        {part: stored(f"adaptive.dead.{arm}.{part}").seeds for part in parts}
        for arm in ("tiny", "healthy")
    )
    assert min(dead["moved"]) > 2 * max(alive["moved"])
    assert max(dead["undone"]) < 1e-9 and min(alive["undone"]) > 0.2
    assert max(dead["accuracy"]) < 0.15 and min(alive["accuracy"]) > 0.4
    fresh = adaptive.dead("tiny", SEEDS[:1])
    assert fresh["moved"][0] > 0.3 and fresh["undone"][0] < 1e-9 and fresh["accuracy"][0] < 0.15


def test_warmup_widens_the_rates():
    assert (
        max(stored("adaptive.warm.high.cold.accuracy").seeds)
        < 0.15
        < 0.25
        < min(stored("adaptive.warm.high.warmed.accuracy").seeds)
    )
    assert all(
        min(stored(f"adaptive.warm.low.{how}.accuracy").seeds) > 0.8 for how in ("cold", "warmed")
    )
    assert adaptive.warm(adaptive.RATES["high"], 0, SEEDS[:1])[0][0] < 0.25


def test_larger_rate_makes_up():
    assert (
        low("counterexamples.moved.vanishing.sgd") > 1e4
        and low("counterexamples.moved.vanishing.slow_sgd") > 1e4
    )
    assert min(moves("vanishing", "sgd")) > 1e3 and min(moves("vanishing", "slow_sgd")) > 1e3


def clipped(seed, scale):
    """Gradient norms of a tiny early and a large late layer before and after clipping their common norm to 1."""
    early, late = (nn.Parameter(torch.zeros(WIDTH)) for _ in range(2))
    early.grad, late.grad = (
        1e-6 * normals(seed, WIDTH).float(),
        scale * normals(seed + 100, WIDTH).float(),
    )
    before = early.grad.clone(), late.grad.clone()
    nn.utils.clip_grad_norm_([early, late], 1.0)
    return before, (early.grad, late.grad)


def test_clipping_helps_vanishing():
    for seed in SEEDS:
        before, after = clipped(seed, 1e-3)
        assert all(torch.equal(b, a) for b, a in zip(before, after, strict=True))
        before, after = clipped(seed, 1e3)
        assert norm(after[0]) < norm(before[0]) / 100


def test_clipping_cures_exploding():
    for seed in SEEDS:
        before, after = (torch.cat(gradients) for gradients in clipped(seed, 1e3))
        assert norm(after) == pytest.approx(1, rel=1e-4)
        assert F.cosine_similarity(before.double(), after.double(), dim=0) == pytest.approx(1)
    for seed in SEEDS[:5]:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "relu", "he", 1.0).double()
        x, found = torch.randn(8, WIDTH).double(), []
        for _ in range(2):
            _, at, _ = gradients(net, x, mean_square)
            found.append(at[0] / at[-1])
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            torch.optim.SGD(net.parameters(), lr=1e-3).step()
            net.zero_grad()
        assert min(found) > 1e4


def test_clipping_keeps_the_direction():
    assert (
        high("clipping.vanishing.cosine.by_value") < 0.5
        and high("clipping.exploding.cosine.by_value") < 0.5
    )
    assert (
        low("clipping.vanishing.cosine.by_norm") > 1 - 1e-9
        and low("clipping.exploding.cosine.by_norm") > 1 - 1e-9
    )
    for seed in SEEDS:
        found = clipping.first_step(seed, "vanishing")
        assert found["by_norm"]["cosine"] > 1 - 1e-9 and found["by_value"]["cosine"] < 0.5
        assert all(
            after <= before * (1 + 1e-9)
            for how in ("by_norm", "by_value")
            for after, before in zip(found[how]["profile"], found["none"]["profile"], strict=True)
        )


def test_clipping_lets_it_learn():
    seeds = stored("clipping.seeds").value
    assert (
        stored("clipping.exploding.none.diverged").value
        == stored("clipping.exploding.by_norm.learned").value
        == seeds
    )
    assert (
        stored("clipping.vanishing.none.learned").value
        == stored("clipping.vanishing.by_norm.learned").value
        == 0
    )
    clipped, unclipped = (clipping.train(SEEDS[0], "exploding", how) for how in ("by_norm", "none"))
    assert clipped[1] > clipping.LEARNED and not clipped[-1] and unclipped[-1]


def test_clipping_stops_nan():
    for bad, others in (
        (math.inf, 0.0),
        (math.nan, math.nan),
        (1e3 * stored("factors.norm.inf").value, 0.0),
    ):
        w = nn.Parameter(torch.zeros(3))
        w.grad = torch.tensor([bad, 3.0, 4.0])
        nn.utils.clip_grad_norm_([w], 1.0)
        assert all(g == others or math.isnan(g) and math.isnan(others) for g in w.grad[1:].tolist())
        assert math.isfinite(bad) == math.isfinite(w.grad[0])


def test_clipping_rescues_any_explosion():
    seeds = stored("exploding.train.seeds").value
    assert (
        stored("exploding.train.skip.clipped.learned").value
        == seeds
        == stored("exploding.train.skip.usual.broke").value
    )
    assert stored("exploding.train.tanh.clipped.learned").value == 0
    assert high("exploding.direction.tanh") < 0.7 < 0.999 < low("exploding.direction.skip")
    turned = [exploding.same_way(("tanh", seed))[0] for seed in SEEDS]
    assert max(turned) < 0.9 and statistics.median(turned) < 0.5
    assert min(exploding.same_way(("skip", seed))[0] for seed in SEEDS) > 0.99


def test_zero_gradient_no_update():
    assert stored("counterexamples.still.moved.plain").value == 0
    assert (
        stored("counterexamples.still.moved.momentum").value > 0.5
        and stored("counterexamples.still.moved.decay").value > 0.005
    )
    zero = torch.zeros(50)
    assert steps_of(lambda p: torch.optim.SGD(p, lr=0.1), zero, start=0.5).max() == 0
    assert (
        steps_of(lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01), zero, start=0.5).min()
        > 0.005
    )
    for seed in SEEDS:
        w = nn.Parameter(torch.zeros(50))
        optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
        w.grad = normals(seed, 50).float()
        optimizer.step()
        after_one = w.detach().clone()
        w.grad = torch.zeros(50)
        optimizer.step()
        assert not torch.equal(w, after_one)


# ---------- diagnosis ----------


def shares_of_input(activation, init):
    """For every fresh seed, how much of the last state depends on which input came in: spread around its mean over size."""
    found = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        with torch.no_grad():
            h = Stack(DEPTH, WIDTH, activation, init).double()(torch.randn(8, WIDTH).double())[-1]
        found.append(norm(h - h.mean(0)) / norm(h))
    return found


def test_last_layers_learn():
    assert (
        high("deep_stack.sigmoid.default.input_share") < 1e-12
        and high("deep_stack.sigmoid.xavier.input_share") < 1e-12
    )
    assert (
        max(shares_of_input("sigmoid", "xavier"))
        < 1e-12
        < 1e-7
        < min(shares_of_input("relu", "he"))
    )
    assert stored("training.sigmoid.learned").value == 0
    assert min(stored("training.sigmoid.moved.layer30.final").seeds) > 0.1
    assert max(stored("training.sigmoid.moved.layer1.final").seeds) < 1e-6
    x, y, _, _ = digits()
    torch.manual_seed(SEEDS[0])
    net, out = Stack(DEPTH, WIDTH, "sigmoid", "xavier"), nn.Linear(WIDTH, 10)
    start = net.layers[-1].weight.detach().clone()
    optimizer = torch.optim.SGD([*net.parameters(), *out.parameters()], lr=0.1)
    for _ in range(60):
        rows = torch.randint(len(x), (64,))
        optimizer.zero_grad()
        F.cross_entropy(out(net(x[rows])[-1]), y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        answers = out(net(x)[-1]).argmax(1)
    assert len(answers.unique()) == 1 and not torch.equal(net.layers[-1].weight, start)


@functools.cache
def moves(net, optimizer):
    """For every fresh seed how far the last hidden layer has moved over how far the first has."""
    return [(m := counterexamples.moved(seed, net, optimizer))[-1] / m[0] for seed in SEEDS]


def test_deeper_plain_nets_train_worse():
    errors = {depth: stored(f"deeper.bn.at{depth}.error").seeds for depth in (10, 20, 30, 50)}
    assert (
        max(errors[10]) < min(errors[30])
        and max(errors[20]) < min(errors[30])
        and max(errors[30]) < min(errors[50]) / 2
    )
    assert stored("deeper.bn.worse").value == stored("deeper.seeds").value
    assert max(stored("deeper.res_scaled.at50.error").seeds) < 0.05


def test_frozen_first_layer_tells():
    assert (
        low("counterexamples.moved.vanishing.sgd") > 1e4
        and high("counterexamples.moved.healthy.sgd") < 2
    )
    assert high("counterexamples.moved.vanishing.adam") < 10
    assert (
        min(moves("vanishing", "sgd")) > 1e3
        and max(moves("healthy", "sgd")) < 5
        and max(moves("vanishing", "adam")) < 10
    )


def test_small_rate_slows_all_alike():
    for rate in ("sgd", "slow_sgd"):
        assert (
            0.2
            < low(f"counterexamples.moved.healthy.{rate}")
            < high(f"counterexamples.moved.healthy.{rate}")
            < 5
        )
        assert 0.1 < min(moves("healthy", rate)) < max(moves("healthy", rate)) < 10
        assert low(f"counterexamples.moved.vanishing.{rate}") > 1e4


def test_level_weight_gradients_mean_health():
    assert high("deep_stack.relu.xavier.signal") < 1e-3
    assert (
        0.1
        < stored("deep_stack.relu.xavier.first").value / stored("deep_stack.relu.xavier.last").value
        < 10
    )
    for seed in SEEDS:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "relu", "xavier").double()
        _, at, weights = gradients(net, torch.randn(8, WIDTH).double(), mean_square)
        inner = [(layer.weight * layer.weight.grad).sum().item() for layer in net.layers]
        assert max(inner) / min(inner) == pytest.approx(1, rel=1e-9)
        assert at[0] / at[-1] < 2e-3 and 0.1 < weights[0] / weights[-1] < 20


def test_early_layers_get_less():
    he = demonstration("relu", None, "he")
    assert statistics.median(w[0] / w[-1] for _, _, w in he) > 0.7
    assert stored("deep_stack.relu.he.first").value > 0.7 * stored("deep_stack.relu.he.last").value
    assert min(reaches("relu", "he", norm=nn.BatchNorm1d, batch=64)) > 10
    assert min(reaches("relu", "default", skip=1.0)) > 3


def test_narrow_histogram_means_vanishing():
    assert min(stored("training.res_scaled.accuracy.final").seeds) > 0.98
    assert stored("training.res_scaled.entries.layer1.end.zero").value > 0.7
    first, last = (stored(f"training.sigmoid.entries.layer{l}.start.median").value for l in (1, 30))
    assert first < 1e-20 * last
    assert stored("training.sigmoid.entries.layer1.start.zero").value < 0.01


def flat_loss(seed, rate, labels):
    """(loss before, loss after thirty steps, first weight gradient over last at the start) of a five-layer ReLU net with He weights."""
    x, y, _, _ = digits()
    torch.manual_seed(seed)
    net = Stack(5, WIDTH, "relu", "he").double()
    out = nn.Linear(WIDTH, 10).double()
    if labels == "shuffled":
        y = y[torch.randperm(len(y))]
    optimizer = torch.optim.SGD([*net.parameters(), *out.parameters()], rate)
    losses = []
    for step in range(30):
        loss = F.cross_entropy(out(net(x[:512].double())[-1]), y[:512])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            level = norm(net.layers[0].weight.grad) / norm(net.layers[-1].weight.grad)
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1], level


def test_plateau_means_vanishing():
    for seed in SEEDS[:3]:
        before, after, level = flat_loss(seed, 1e-6, "right")
        assert abs(after - before) < 0.01 and 0.2 < level < 10
        _, after, level = flat_loss(seed, 0.05, "shuffled")
        assert after > 2.1 and 0.2 < level < 10
        assert flat_loss(seed, 0.05, "right")[1] < 2


def test_update_ratio_a_thousandth():
    line = stored("first_look.line").value
    assert (
        max(stored("first_look.relu_he.ratio.begun").seeds) < line / 5
        and stored("training.relu_he.learned").value == 5
    )
    assert (
        min(stored("first_look.res_scaled.ratio.begun").seeds) > 5 * line
        and stored("training.res_scaled.learned").value == 5
    )
    assert (
        line < min(stored("first_look.adam.ratio.least").seeds)
        and max(stored("first_look.adam.ratio.most").seeds) < 10 * line
    )
    assert max(stored("first_look.adam.accuracy").seeds) < 0.15


def test_signal_needs_hooks():
    for net in ("healthy", "vanishing", "exploding", "saturated"):
        assert high(f"first_look.{net}.departs") < 5
    x, y, _, _ = digits()
    for seed in SEEDS[:5]:
        torch.manual_seed(seed)
        net = Stack(DEPTH, WIDTH, "relu", "he", norm=nn.BatchNorm1d).double()
        out = nn.Linear(WIDTH, 10).double()
        F.cross_entropy(out(net(x[:64].double())[-1]), y[:64]).backward()
        for layer, after in zip(net.layers, net.norms, strict=True):
            assert norm(layer.bias.grad) < 1e-9 * norm(after.bias.grad)


def test_tiny_norm_means_vanishing():
    x, y, _, _ = digits()
    for seed in SEEDS:
        weights, norms = [], []
        for scale in (1.0, 2.0**-30):
            torch.manual_seed(seed)
            net, out = Stack(3, WIDTH, "relu", "he"), nn.Linear(WIDTH, 10)
            optimizer = torch.optim.SGD([*net.parameters(), *out.parameters()], lr=0.1 / scale)
            for _ in range(5):
                optimizer.zero_grad()
                (scale * F.cross_entropy(out(net(x[:64])[-1]), y[:64])).backward()
                optimizer.step()
            weights.append(net.layers[0].weight.detach())
            norms.append(norm(net.layers[0].weight.grad))
        assert torch.equal(*weights) and norms[1] < 1e-6 < norms[0]


def test_tools_tell_why():
    right = {
        who: stored(f"doctor_benchmark.{who}.reporting.right").value
        for who in ("doctor", *_doctor_rules.TOOLS)
    }
    nets = stored("doctor_benchmark.nets.reporting").value
    assert (
        max(right[tool] for tool in _doctor_rules.TOOLS) < 0.75 * nets
        and right["doctor"] > 0.95 * nets
    )
    factor = stored("doctor_benchmark.factor").value
    for seed in SEEDS[:5]:
        said = []
        for scale in (1.0, 1 / factor):
            torch.manual_seed(seed)
            net = parts.patient(
                parts.drawn(parts.plain(6), "he"),
                parts.blobs(),
                parts.sgd(0.1 / scale),
                parts.times(scale),
            )
            assert (
                examine(
                    net.model, net.loss_fn, net.inputs, net.targets, optimizer=net.optimizer
                ).diagnosis
                == "healthy"
            )
            said.append(_doctor_rules.judged(net))
        assert sum(verdict == "healthy" for verdict in said[0].values()) >= 3
        assert sum(verdict == "vanishing" for verdict in said[1].values()) == 3


def test_nan_means_exploding():
    for seed in SEEDS:
        p = normals(seed, 10).abs().clamp(0.1, 0.9)
        p[0] = 0.0
        for broken in (
            lambda q: (q * q.log()).sum(),
            lambda q: (q - q).norm() + q[0].sqrt() * 0,
            lambda q: (q / q).sum(),
        ):
            at = p.clone().requires_grad_()
            assert broken(at).isnan() or torch.autograd.grad(broken(at), at)[0].isnan().any()
        masked = torch.full((10,), -math.inf)
        assert torch.softmax(masked, 0).isnan().all()
