"""How loud a whisper is along a line of people who each pass on a quarter of it, to scale."""

from snippets.figures.style import INK, INK2, SCALE, on_the_right
from snippets.measurement import formatted

RESULTS = ("factors",)
TITLE = "To scale, the whisper is gone after a handful of people"
SUB = (
    "Loudness that reaches each of {factors.depth.30} people, one at the last, who speaks first; everyone passes on "
    "{factors.gamma.quarter} of it"
)
ALT = (
    "Thirty bars, one a person. The bar at the right, person thirty, is full height; the next has a quarter of it, and after four more "
    "nothing can be seen. Numbers stand where the bars are too low: person twenty-five hears {factors.quarter.at5}, person one "
    "{factors.quarter.at29}."
)

NAMED = (1, 5, 10, 15, 20, 25)


def loudness(results) -> list[float]:
    """What reaches persons 1, 2, ... in the order of the line."""
    found = results["factors"]
    people = found["depth.30"].value
    return [found["gamma.quarter"].value ** (people - person) for person in range(1, people + 1)]


def draw(results, ax):
    """One bar a person, on a linear scale, and the numbers that it can't show."""
    heard = loudness(results)
    people = range(1, len(heard) + 1)
    ax.bar(people, heard, width=0.8, color=SCALE["s0"])
    for step, person in enumerate(NAMED):
        top = 0.2 + 0.13 * step
        ax.plot(
            [person, person],
            [0.03, top - 0.045],
            color=INK2,
            linewidth=0.6,
            linestyle="-",
            marker="none",
        )
        ax.text(person - 0.4, top, formatted(heard[person - 1]), ha="left", va="center", color=INK)
    on_the_right(ax)
    ax.set_ylim(0, 1.04)
    ax.set_xlim(0, len(heard) + 1)
    ax.set_xticks([1, 5, 10, 15, 20, 25, 30])
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("person (the whisper starts on the right)")


def data(results):
    """One row per person."""
    return ["person", "loudness (1 at the last)"], [
        [person, heard] for person, heard in enumerate(loudness(results), 1)
    ]
