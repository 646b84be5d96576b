"""How large the entries of ∂L/∂W are, by layer and over time, in three nets: ridges of histograms, time running down."""

from matplotlib.ticker import FuncFormatter

from snippets.figures.style import COLORS, INK, INK2, LINE, power

RESULTS = ("training",)
TITLE = "Over the whole training the sigmoid net's first layers stay where they began, far from the last one"
SUB = (
    "Histogram of the size of the entries of ∂L/∂W, logarithmic, always for the first batch; in each layer from top to bottom: before "
    "training, after one epoch, after {training.epochs.quarter}, after {training.epochs}. Each ridge is as high as its peak, "
    "zeros are left out; one seed"
)
ALT = (
    "Three panels of ridges for layers 1, 10 and 30. In the sigmoid net layer 1 lies near "
    "{training.sigmoid.entries.layer1.start.median} at every moment and layer 30 near {training.sigmoid.entries.layer30.start.median} "
    "at first. With BatchNorm layer 1 starts to the right of layer 30 and comes level. With scaled skips all layers lie "
    "together, and move left while the net learns."
)

NETS = {"sigmoid": "sigmoid", "bn": "BatchNorm", "res_scaled": "scaled skips"}
LAYERS, MOMENTS = (1, 10, 30), ("start", "first", "quarter", "end")
HIGH, BETWEEN, LAYER_GAP = (
    0.95,
    1.0,
    1.2,
)  # the height of a ridge at its peak, and the distances between ridges


def draw(results, ax):
    """One panel per net; a group of four ridges per layer."""
    found = results["training"]
    figure = ax.figure
    ax.remove()
    panels = figure.subplots(1, len(NETS), sharey=True, sharex=True)
    for panel, (net, label) in zip(panels, NETS.items(), strict=True):
        _panel(panel, found, net)
        panel.set_title(label, color=INK)
    panels[0].set_yticks(
        [_height(i, 1.5) for i in range(len(LAYERS))], [f"layer {layer}" for layer in LAYERS]
    )
    panels[1].set_xlabel("size of an entry of ∂L/∂W")


def _height(group: int, moment: float) -> float:
    """Where the ridge of a moment stands; the first layer at the top, time running down."""
    return -(group * (len(MOMENTS) * BETWEEN + LAYER_GAP) + moment * BETWEEN)


def _panel(panel, found, net: str) -> None:
    edges = found["bins"].value
    for group, layer in enumerate(LAYERS):
        for place, moment in enumerate(MOMENTS):
            shares = found[f"{net}.entries.layer{layer}.{moment}"].value
            used = [i for i, share in enumerate(shares) if share > 0]
            places = range(used[0], used[-1] + 1)
            x = [edge for i in places for edge in (edges[i], edges[i + 1])]
            base = _height(group, place)
            top = [base + HIGH * shares[i] / max(shares) for i in places for _ in range(2)]
            panel.axhline(base, color=LINE, linewidth=0.5)
            panel.fill_between(
                x, base, top, color=COLORS[net], alpha=0.25 + 0.2 * place, linewidth=0
            )
            panel.plot(x, top, color=COLORS[net], linewidth=0.7)
    panel.grid(False)
    panel.set_xlim(-32, 2)
    panel.set_xticks([-30, -15, 0])
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: power(round(x))))
    panel.tick_params(axis="y", labelcolor=INK2)


def data(results):
    """One row per net, layer, moment and half decade that holds an entry."""
    found = results["training"]
    rows = []
    for net, label in NETS.items():
        for layer in LAYERS:
            for moment in MOMENTS:
                shares = found[f"{net}.entries.layer{layer}.{moment}"].value
                rows += [
                    [label, layer, moment, left, share]
                    for left, share in zip(found["bins"].value, shares, strict=False)
                    if share
                ]
    return ["net", "layer", "moment", "from (power of ten)", "share of the entries"], rows
