"""What the explainer says, sentence by sentence. Figures stand in braces and are looked up in the results, as in a figure's caption."""

import re
from dataclasses import dataclass

from snippets.measurement import formatted

NAME = "sixty-seconds"
TITLE = "Where the gradient goes, in sixty seconds"
EXPONENTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@dataclass(frozen=True)
class Sentence:
    """A sentence with quoted keys, and the scene that is drawn while it is spoken."""

    scene: str
    text: str


SENTENCES = (
    Sentence(
        "strip",
        "A deep network learns from a signal that starts at the loss. On its way back, every layer multiplies it once.",
    ),
    Sentence(
        "sigmoid",
        "In a sigmoid net of {deep_stack.depth} layers, {deep_stack.sigmoid.default.signal} of it reaches the first.",
    ),
    Sentence(
        "zero",
        "PyTorch prints zero for the weight gradient there, in {deep_stack.float32.zeros} of {deep_stack.seeds} nets. It is "
        "not zero: the norm squares it first, in float32. In float64 it shows.",
    ),
    Sentence(
        "relu",
        "ReLU alone is no cure. With the default weights, {deep_stack.relu.default.signal} arrives.",
    ),
    Sentence(
        "factor",
        "What decides is one number: the factor per layer. It is weights times slopes, and here it is "
        "{deep_stack.relu.default.factor}.",
    ),
    Sentence(
        "he", "Larger weights, drawn as He proposed, bring it close to one. Now the signal stays."
    ),
    Sentence(
        "skips",
        "Skips carry the signal around each layer. Left unscaled, they blow it up, "
        "{deep_stack.residual.default.signal} times.",
    ),
    Sentence(
        "scaled",
        "With He's weights and each branch divided by the root of the depth, it grows by a factor of "
        "{lab_presets.scaled.share}.",
    ),
    Sentence("end", "So before you change anything, print the signal of every layer, in float64."),
)
CURVES = {  # what a scene draws, and which value of it the scene shows in large
    "sigmoid": ("deep_stack.sigmoid.default.signal_profile", "deep_stack.sigmoid.default.signal"),
    "relu": ("deep_stack.relu.default.signal_profile", "deep_stack.relu.default.signal"),
    "he": ("deep_stack.relu.he.signal_profile", "deep_stack.relu.he.signal"),
    "skips": ("deep_stack.residual.default.signal_profile", "deep_stack.residual.default.signal"),
    "scaled": ("lab_presets.scaled.profile", "lab_presets.scaled.share"),
}
QUOTED = (
    "deep_stack.sigmoid.default.first",
    *(value for _, value in CURVES.values()),
)  # shown in a scene, spoken or not

KEY = re.compile(r"\{([\w.]+)\}")


def keys() -> list[str]:
    """Every key that is spoken or shown."""
    return sorted(
        {key for sentence in SENTENCES for key in KEY.findall(sentence.text)} | set(QUOTED)
    )


def drawn(profile: list[float]) -> str:
    """A curve as the manifest keeps it, to the digits that an eye could tell apart."""
    return " ".join(formatted(float(value)) for value in profile)


def filled(text: str, shown: dict[str, str]) -> str:
    """The sentence as it is read in the captions."""
    return KEY.sub(lambda match: shown[match[1]], text)


def spoken(text: str) -> str:
    """A caption as it is said: powers of ten, decimals and the names of formats in words."""
    text = re.sub(r"(\d(?:\.[1-9])?)(?:\.0)? × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", _power, text)
    text = re.sub(r"\d+(?:\.\d+)?", lambda match: words(match[0]), text)
    return text.replace("floatthirty-two", "float thirty-two").replace(
        "floatsixty-four", "float sixty-four"
    )


def _power(match) -> str:
    exponent = int(match[2].translate(EXPONENTS))
    return f"{match[1]} times ten to the {'minus ' if exponent < 0 else ''}{abs(exponent)}"


ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def words(number: str) -> str:
    """A number below a thousand, with its decimals, in words; ValueError above."""
    whole, _, decimals = number.partition(".")
    n = int(whole)
    if n > 999:
        raise ValueError(f"{number} is too large to be spoken; say it as a power of ten")
    rest = n % 100
    below = (
        ONES[rest] if rest < 20 else TENS[rest // 10] + (f"-{ONES[rest % 10]}" if rest % 10 else "")
    )
    said = below if n < 100 else f"{ONES[n // 100]} hundred" + (f" and {below}" if rest else "")
    return said + (" point " + " ".join(ONES[int(d)] for d in decimals) if decimals else "")
