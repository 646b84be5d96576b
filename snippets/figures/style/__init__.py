"""The look of every figure: one size, one face, and for each net a color, a line and a marker that never change.

Label lines directly, in ink; color never stands without a shape. The loss is on the right, the input on the left.
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent
STYLE = HERE / "gradient-light.mplstyle"
FONT = HERE / "WG-Sans.ttf"

# net: color, line, marker
NETS = {
    "sigmoid": ("#7D3792", "-", "o"),
    "tanh": ("#C64F74", (0, (6, 1.5)), "X"),
    "relu": ("#0398D4", (0, (4, 1.6)), "s"),
    "relu_he": ("#1A285F", "-", "^"),
    "gelu": ("#008686", (0, (1, 1)), "P"),
    "bn": ("#006F46", (0, (5, 1.5, 1, 1.5)), "D"),
    "ln": ("#7B7E00", (0, (5, 1.5, 1, 1.5, 1, 1.5)), "d"),
    "res": ("#9F4324", "-", "h"),
    "res_scaled": ("#A88E42", (0, (1.2, 1.6)), "v"),
}
COLORS = {net: color for net, (color, _, _) in NETS.items()}

INK, INK2, EDGE, LINE, PAPER, FLARE = (
    "#1B1F27",
    "#535A66",
    "#8C8A82",
    "#DDD9CE",
    "#FCFBF8",
    "#A8381A",
)
# the signal scale: paler toward v5 for what is lost, hotter toward f6 for what has grown; s0 is the full signal
SCALE = {
    "s0": "#22468D",
    "v1": "#3C65A5",
    "v2": "#5884BC",
    "v3": "#7EA2CE",
    "v4": "#A3C1E0",
    "v5": "#CFDEEC",
    "f1": "#5A4082",
    "f2": "#813177",
    "f3": "#A02E63",
    "f4": "#BD3244",
    "f5": "#D74224",
    "f6": "#EA6300",
}

# every color a figure may use -> the style sheet's name for it, so that one drawing serves light and dark
TOKENS = {
    **{color: f"--c-{net}" for net, color in COLORS.items()},
    INK: "--ink",
    INK2: "--ink2",
    EDGE: "--edge",
    LINE: "--line",
    PAPER: "--paper",
    FLARE: "--flare",
    **{color: f"--{name}" for name, color in SCALE.items()},
}

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def use() -> None:
    """Register the font and make the style the current one."""
    import matplotlib.pyplot as plt
    from matplotlib import font_manager

    if not any(entry.fname == str(FONT) for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(FONT)
    plt.style.use(STYLE)


def series(name: str) -> dict:
    """How a net is drawn: `ax.plot(x, y, **series("sigmoid"))`; KeyError for a net that has no look."""
    color, line, marker = NETS[name]
    return {"color": color, "linestyle": line, "marker": marker}


def power(exponent: int) -> str:
    """A power of ten as the site writes it: 10⁻⁴, and 1 for the zeroth."""
    return "1" if exponent == 0 else f"10{str(exponent).translate(SUPERSCRIPTS)}"


def powers(ax, every: int = 4) -> None:
    """A logarithmic y axis on the right, labelled at every `every`-th power of ten."""
    from math import log10

    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    ax.set_yscale("log")
    on_the_right(ax)
    ax.yaxis.set_major_locator(LogLocator(base=10.0**every, numticks=99))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: power(round(log10(y)))))
    ax.yaxis.set_minor_locator(NullLocator())


def on_the_right(ax) -> None:
    """Values stand on the right, where the loss is; the left is for the names of the lines."""
    ax.yaxis.tick_right()
    ax.yaxis.set_label_position("right")


def name_lines(ax, lines: dict, x: float = 1.0, gap: float = 0.085) -> None:
    """Write the names of lines at their left ends, in ink with their markers, at least `gap` of the height apart; call it last.

    lines: net -> (name as shown, y at the left end).
    """
    to_height = ax.transData + ax.transAxes.inverted()
    rows = sorted((to_height.transform((x, y))[1], net, shown) for net, (shown, y) in lines.items())
    places = _apart([height for height, _, _ in rows], gap)
    left = to_height.transform((x, ax.get_ylim()[0]))[0] - 0.03
    for (_, net, shown), place in zip(rows, places, strict=True):
        ax.plot(
            left,
            place,
            transform=ax.transAxes,
            clip_on=False,
            color=COLORS[net],
            marker=NETS[net][2],
            linestyle="none",
        )
        ax.text(
            left - 0.025, place, shown, transform=ax.transAxes, ha="right", va="center", color=INK
        )


def _apart(heights: list[float], gap: float) -> list[float]:
    """Move sorted heights as little as keeps neighbors `gap` apart."""
    groups = []
    for height in heights:
        groups.append([[height], height])
        while len(groups) > 1:
            (low, lower), (high, upper) = groups[-2:]
            if upper - lower >= gap * (len(low) + len(high)) / 2:
                break
            merged = low + high
            groups[-2:] = [[merged, sum(merged) / len(merged)]]
    return [
        middle + gap * (i - (len(group) - 1) / 2)
        for group, middle in groups
        for i in range(len(group))
    ]
