"""Measured factor per layer of finite nets against √χ₁."""

from snippets.figures.style import EDGE, INK, on_the_right, series

RESULTS = ("mean_field",)
TITLE = "In nets of {mean_field.width} units every measured factor lies on the predicted line"
SUB = (
    "Factor per layer of the norm of ∂L/∂h: predicted √χ₁ across, measured upward; on the line both are equal. {mean_field.depth} "
    "layers, median and 5th to 95th percentile of {mean_field.seeds} seeds"
)
ALT = (
    "Twenty-one points on the diagonal: eighteen tanh nets from {mean_field.high.at5.factor} to {mean_field.low.at30.factor}, and "
    "ReLU nets at {mean_field.relu.at1.factor}, {mean_field.relu.critical.factor} and {mean_field.relu.at2.factor}. The bands are "
    "hardly taller than the markers."
)


def keys(results):
    """(net, key) of every measured net."""
    weights = results["mean_field"]["map.weights"].value
    tanh = [
        ("tanh", f"{name}.at{10 * weight:.0f}")
        for name in ("low", "middle", "high")
        for weight in weights
    ]
    return [*tanh, *(("relu", f"relu.{name}") for name in ("at1", "critical", "at2"))]


def draw(results, ax):
    """One point with its band per net; the diagonal is equality."""
    found = results["mean_field"]
    ax.plot([0.2, 1.5], [0.2, 1.5], color=EDGE, linewidth=1)
    for net, key in keys(results):
        x, y = found[f"{key}.predicted"].value, found[f"{key}.factor"]
        look = series(net)
        ax.plot([x, x], y.band, color=look["color"], linewidth=1.2)
        ax.plot(x, y.value, color=look["color"], marker=look["marker"], linestyle="none")
    for net, key, label, shift in (
        ("tanh", "middle.at5", "tanh", (10, -4)),
        ("relu", "relu.at2", "ReLU", (-10, 4)),
    ):
        ax.annotate(
            label,
            (found[f"{key}.predicted"].value, found[f"{key}.factor"].value),
            xytext=shift,
            textcoords="offset points",
            ha="left" if net == "tanh" else "right",
            va="center",
            color=INK,
        )
    on_the_right(ax)
    ax.set_xlim(0.25, 1.55)
    ax.set_ylim(0.25, 1.5)
    ax.set_xticks([0.5, 1, 1.5])
    ax.set_yticks([0.5, 1, 1.5])
    ax.set_xlabel("predicted factor per layer")
    ax.set_ylabel("measured")


def data(results):
    """One row per net."""
    found = results["mean_field"]
    return [
        "net",
        "setting",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], [
        [
            net,
            key,
            found[f"{key}.predicted"].value,
            found[f"{key}.factor"].value,
            *found[f"{key}.factor"].band,
        ]
        for net, key in keys(results)
    ]
