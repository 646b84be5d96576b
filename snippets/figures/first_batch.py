"""Gradients of weights and of biases at the first batch, layer by layer, of four nets on one pair of axes."""

from snippets.figures.style import COLORS, INK, name_lines, powers, series

RESULTS = ("first_look",)
TITLE = "At the first batch the bias gradients show vanishing and exploding; the weight gradients show only one of them"
SUB = (
    "Norm of ∂L/∂W and of ∂L/∂b in each hidden layer before any step; {first_look.depth} layers of {first_look.width} units, "
    "handwritten digits, median and 5th to 95th percentile of {first_look.seeds} seeds"
)
ALT = (
    "Two panels with four nets each. In both the healthy net is level and the vanishing one falls steadily toward the input, "
    "to {first_look.vanishing.biases.first} for the biases. The saturated net grows toward the input in both. The exploding net is "
    "level and high in the weights' panel, near {first_look.exploding.weights.first}, and rises toward the input in the biases' panel."
)

NETS = {
    "exploding": ("res", "exploding"),
    "saturated": ("tanh", "saturated"),
    "healthy": ("relu_he", "healthy"),
    "vanishing": ("sigmoid", "vanishing"),
}
PANELS = {"weights": "‖∂L/∂W‖", "biases": "‖∂L/∂b‖"}


def draw(results, ax):
    """One panel for the weights and one for the biases; median with band."""
    found = results["first_look"]
    figure = ax.figure
    ax.remove()
    panels = figure.subplots(1, len(PANELS), sharey=True, sharex=True)
    layers = range(1, found["depth"].value + 1)
    for panel, (part, title) in zip(panels, PANELS.items(), strict=True):
        for net, (look, _) in NETS.items():
            profile = found[f"{net}.{part}"]
            panel.fill_between(layers, *profile.band, color=COLORS[look], alpha=0.15, linewidth=0)
            panel.plot(layers, profile.value, markevery=7, **series(look))
        powers(panel, every=10)
        panel.set_title(title, color=INK)
        panel.set_xticks([1, 15, 30])
        panel.set_xlabel("layer")
    panels[1].tick_params(labelright=True)
    name_lines(
        panels[0],
        {look: (label, found[f"{net}.weights"].value[0]) for net, (look, label) in NETS.items()},
    )


def data(results):
    """One row per net, gradient and layer."""
    found = results["first_look"]
    rows = []
    for net in NETS:
        for part, title in PANELS.items():
            profile = found[f"{net}.{part}"]
            rows += [
                [net, title, layer, *row]
                for layer, row in enumerate(zip(profile.value, *profile.band, strict=True), 1)
            ]
    return ["net", "gradient", "layer", "norm", "5 % of seeds", "95 % of seeds"], rows
