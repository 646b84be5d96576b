"""What is left of each state of eight recurrent nets, measured by the programs that the page's lab hands out."""

from snippets.figures.style import EDGE, name_lines, powers, series

RESULTS = ("recurrent_lab",)
TITLE = "Neither the radius nor the bound says what arrives: eight nets from the lab"
SUB = (
    "Norm of the last state's gradient by each state, one at the last; {recurrent_lab.width} units, median of "
    "{recurrent_lab.seeds} seeds; for the LSTMs of the cell's state"
)
ALT = (
    "Eight lines over {recurrent_lab.steps} steps, on a logarithmic scale, all at one on the right. The tanh net with a radius of "
    "{recurrent_lab.above.radius} falls to {recurrent_lab.above.left}. The linear net without eigenvalues but zero climbs to "
    "{recurrent_lab.hump.peak}, then ends; its tanh sister climbs to {recurrent_lab.nilpotent.left}. A linear net with a radius of "
    "{recurrent_lab.below.radius} stands at {recurrent_lab.below.left}. The orthogonal linear net stays at one, the orthogonal tanh net "
    "falls to {recurrent_lab.flattened.left}. The LSTM falls to {recurrent_lab.forgets.left} without a forget bias and stays at "
    "{recurrent_lab.holds.left} with one of {recurrent_lab.forget}."
)

NETS = {
    "nilpotent": ("res", "tanh, ρ zero"),
    "below": ("gelu", "linear, ρ below one"),
    "holds": ("ln", "LSTM, biased"),
    "orthogonal": ("relu_he", "orthogonal"),
    "above": ("tanh", "tanh, ρ above one"),
    "flattened": ("relu", "orthogonal tanh"),
    "forgets": ("bn", "LSTM"),
    "hump": ("sigmoid", "linear, ρ zero"),
}


def draw(results, ax):
    """One line for each net, named at its left end; the linear net of radius zero ends where nothing is left."""
    found = results["recurrent_lab"]
    steps = found["steps"].value
    ax.axhline(1, color=EDGE, linewidth=0.8)
    named = {}
    for net, (look, label) in NETS.items():
        profile = found[f"{net}.profile"].value
        shown = [t for t in range(steps + 1) if profile[t] > 0]
        ax.plot(shown, [profile[t] for t in shown], markevery=(3, 7), **series(look))
        if shown[0] == 0:
            named[look] = (label, profile[0])
        else:
            ax.text(shown[0] - 0.7, profile[shown[0]], label, ha="right", va="center")
    powers(ax, every=4)
    ax.set_xlabel("step (the last state is on the right)")
    ax.set_xticks(range(0, steps + 1, 10))
    name_lines(ax, named, x=0)


def data(results):
    """One row per step, one column per net."""
    found = results["recurrent_lab"]
    return ["step", *(label for _, label in NETS.values())], [
        [t, *(found[f"{net}.profile"].value[t] for net in NETS)]
        for t in range(found["steps"].value + 1)
    ]
