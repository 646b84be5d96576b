"""Numbers are written as a reader likes them, and never say another value than they hold."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snippets.measurement import SUPERSCRIPTS, Measurement, formatted, over_seeds, percentile

CASES = [
    (1.4e-26, "", "1.4 × 10⁻²⁶"),
    (0.9412, "", "0.94"),
    (3325.26, ",", "3,325"),
    (0.25, "", "0.25"),
    (-2, "", "−2"),
    (1234, "", "1,234"),
    (57.66, "", "58"),
    (9.99999, "", "10"),
    (123456.0, "", "1.2 × 10⁵"),
    (0.000123, "", "1.2 × 10⁻⁴"),
    (0.5, "%", "50%"),
    (0.1234, ".1%", "12.3%"),
    (2.6, "3", "2.60"),
    (117.39, "3", "117"),
    (1e5, "e1", "1 × 10⁵"),
    (0.19661, ".4f", "0.1966"),
    (0.0, "", "0"),
    (1.0, "", "1.0"),
    (-1.5e-7, "", "−1.5 × 10⁻⁷"),
    (12.0, "e3", "1.20 × 10¹"),
    ("10⁻⁸", "", "10⁻⁸"),
]


@pytest.mark.parametrize("value, show, text", CASES)
def test_a_reader_sees(value, show, text):
    assert formatted(value, show) == text


def value_of(text: str) -> float:
    """Read a number as it is written on a page."""
    back = str.maketrans({v: k for k, v in ((chr(k), chr(v)) for k, v in SUPERSCRIPTS.items())})
    mantissa, _, exponent = text.replace("−", "-").replace(",", "").partition(" × 10")
    return float(f"{mantissa}e{exponent.translate(back) or 0}")


@given(st.floats(min_value=1e-300, max_value=1e300), st.integers(2, 8))
def test_the_text_is_the_value_to_its_digits(value, digits):
    assert value_of(formatted(value, str(digits))) == pytest.approx(
        value, rel=0.51 * 10 ** (1 - digits)
    )


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_a_sign_changes_nothing_but_the_sign(value):
    assert formatted(-value) == "−" + formatted(value)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0, 100))
def test_percentiles_agree_with_numpy(samples, q):
    import numpy as np

    assert percentile(samples, q) == pytest.approx(np.percentile(samples, q), rel=1e-9, abs=1e-6)


def test_few_seeds_are_shown_each_and_many_as_a_band():
    assert over_seeds([1.0, 2.0, 4.0], "x").seeds == [1.0, 2.0, 4.0]
    assert over_seeds([1.0, 2.0, 4.0], "x").band is None
    assert over_seeds([float(i) for i in range(21)], "x").band == [1.0, 19.0]
    assert "percentile band" in Measurement(1.0, "x", band=[0.0, 2.0], n=5).faults()[0]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None, "3"])
def test_what_is_not_a_finite_number_is_a_fault(bad):
    assert Measurement(bad, "x").faults()
    assert Measurement([1.0, bad], "x").faults()


def test_a_remeasurement_outside_its_tolerance_differs():
    stored = Measurement(2.0, "x", rtol=0.01, band=[1.0, 3.0], n=20)
    assert not stored.differs(replace(stored, value=2.01))
    assert "value was 2, is 2.03" in stored.differs(replace(stored, value=2.03))
    assert "band was 3, is 3.2" in stored.differs(replace(stored, band=[1.0, 3.2]))
    assert "entries" in stored.differs(replace(stored, band=None))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("what", "y"),
        ("unit", "s"),
        ("n", 21),
        ("kind", "setting"),
        ("show", "3"),
        ("rtol", 0.02),
        ("atol", 1.0),
    ],
)
def test_a_remeasurement_that_says_something_else_differs(name, other):
    stored = Measurement(2.0, "x", rtol=0.01, band=[1.0, 3.0], n=20)
    assert f"{name} was " in stored.differs(replace(stored, **{name: other}))


def test_the_ninth_digit_of_a_tolerance_is_no_difference():
    assert not Measurement(2.0, "x", atol=0.222222222).differs(Measurement(2.0, "x", atol=2 / 9))


def test_the_plain_value_is_machine_readable():
    from snippets.measurement import ROOT
    from snippets.weave.numbers.book import load

    number = load(ROOT).number("deep_stack.sigmoid.default.first")
    assert re.fullmatch(r"[-\d.e]+", number.plain) and value_of(number.text) == pytest.approx(
        float(number.plain), rel=0.05
    )
