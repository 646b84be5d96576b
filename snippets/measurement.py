"""The record of a measurement: what it holds, how it is read and written, and how a reader sees it.

Experiments return measurements, the weaver and the figures read them. Neither side knows the other.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import statistics
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "snippets" / "results"
OUTPUTS = RESULTS / "blocks"
ROUNDED = RESULTS / "notebooks"
SCRATCH = ROOT / ".cache"

KINDS = ("measured", "setting")
BAND_FROM = 20  # with fewer seeds every seed is shown, never a percentile
STORED_DIGITS = 9  # more would make every machine rewrite the last places
SUPERSCRIPTS = str.maketrans("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹")


class Bad(Exception):
    """Bad input: says which file (and line) is wrong, what was expected and what to do."""


@dataclass(frozen=True)
class Measurement:
    """One named result of an experiment.

    value: a number, or a list of numbers (a profile: one entry per layer, epoch, ...).
    what: one line that says what was measured, without the number.
    band: 5 % and 95 % percentiles over seeds; for a profile two lists.
    n: how many seeds stand behind it; None where there is no chance in it.
    seeds: the value of every seed, where there are fewer than 20.
    rtol, atol: how far a re-measurement may be from `value` and from `band`.
    kind: 'measured', or 'setting' for a choice of the experiment (depth, width, rate).
    show: a format for readers, as in `formatted`; empty for the usual one.
    """

    value: float | int | list
    what: str
    unit: str = ""
    band: list | None = None
    n: int | None = None
    seeds: list | None = None
    rtol: float = 1e-6
    atol: float = 0.0
    kind: str = "measured"
    show: str = ""

    def faults(self) -> list[str]:
        """Say what is wrong with this record; empty when nothing is."""
        numbers = [
            x
            for part in (self.value, self.band, self.seeds)
            if part is not None
            for x in _flat(part)
        ]
        found = []
        if not numbers or not all(
            isinstance(x, (int, float)) and math.isfinite(x) for x in numbers
        ):
            found.append("holds a value that is not a finite number")
        if self.kind not in KINDS:
            found.append(f"has the kind {self.kind!r}, expected one of {', '.join(KINDS)}")
        if not self.what.strip():
            found.append("does not say what was measured (`what` is empty)")
        if self.band is not None and (self.n or 0) < BAND_FROM:
            found.append(
                f"has a percentile band over fewer than {BAND_FROM} seeds: keep every seed in `seeds` instead"
            )
        return found

    def differs(self, again: Measurement) -> str:
        """Say how a re-measurement says something else, or leaves this one's tolerance; empty when it does neither."""
        for name in ("what", "unit", "n", "kind", "show", "rtol", "atol"):
            old, new = (_rounded(getattr(one, name)) for one in (self, again))
            if old != new:
                return f"{name} was {old!r}, is {new!r}"
        for name, ours, theirs in self._parts(again):
            if len(ours) != len(theirs):
                return f"{name} has {len(theirs)} entries, {len(ours)} were stored"
            for old, new in zip(ours, theirs, strict=True):
                if not self.share(old, new) <= 1:
                    return f"{name} was {old:.6g}, is {new:.6g} (allowed: ±({self.atol:g} + {self.rtol:g} × |old|))"
        return ""

    def share(self, old: float, new: float) -> float:
        """How far a new value lies from an old one, as a share of the tolerance; infinite where none is allowed."""
        allowed = self.atol + self.rtol * abs(old)
        return 0.0 if new == old else abs(new - old) / allowed if allowed else math.inf

    def moved(self, again: Measurement) -> tuple[float, float] | None:
        """(old, new) of that entry of value and band which came closest to leaving its tolerance; None when nothing moved.

        Both are compared as they are stored, so that a rounding of the ninth digit is no move.
        """
        pairs = [
            (_rounded(old), _rounded(new))
            for _, ours, theirs in self._parts(again)
            for old, new in zip(ours, theirs, strict=True)
        ]
        worst = max(pairs, key=lambda pair: self.share(*pair), default=(0, 0))
        return worst if worst[0] != worst[1] else None

    def _parts(self, again: Measurement):
        for name in ("value", "band"):
            pair = getattr(self, name), getattr(again, name)
            if pair != (None, None):
                yield name, _flat(pair[0]), _flat(pair[1])


def setting(value: float | int, what: str, **more) -> Measurement:
    """A choice of the experiment, such as depth or width."""
    return Measurement(value, what, kind="setting", rtol=0.0, **more)


def over_seeds(samples: list, what: str, **more) -> Measurement:
    """Median over seeds: with the 5–95 % band from 20 seeds on, with every seed below.

    samples: one entry per seed, each a number or a list of numbers (a profile of fixed length).
    """
    n = len(samples)
    columns = (
        list(zip(*samples, strict=True)) if isinstance(samples[0], (list, tuple)) else [samples]
    )
    middle = [statistics.median(c) for c in columns]
    low, high = ([percentile(c, q) for c in columns] for q in (5, 95))
    if not isinstance(samples[0], (list, tuple)):
        middle, low, high = middle[0], low[0], high[0]
    if n < BAND_FROM:
        return Measurement(
            middle,
            what,
            n=n,
            seeds=[list(s) if isinstance(s, tuple) else s for s in samples],
            **more,
        )
    return Measurement(middle, what, n=n, band=[low, high], **more)


def percentile(samples, q: float) -> float:
    """The q-th percentile (0 to 100) by linear interpolation between order statistics."""
    ordered = sorted(samples)
    place = (len(ordered) - 1) * q / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _flat(part) -> list:
    if isinstance(part, (list, tuple)):
        return [x for inner in part for x in _flat(inner)]
    return [part]


# ---------- how a reader sees a number ----------


def formatted(value: float | int | str, show: str = "") -> str:
    """Write a number as a reader likes it: 1.4 × 10⁻²⁶, 0.94, 3,325, −2.

    show: '' two significant digits (integers in full); '3' three significant digits;
    '.2f' two decimals; 'e3' three significant digits as a power of ten;
    ',' rounded to an integer with thousands separated; '%' or '.1%' as a percentage.
    """
    if isinstance(value, str):
        return value
    if show.endswith("%"):
        return (
            f"{value:{show}}".replace("-", "−")
            if len(show) > 1
            else f"{value:.0%}".replace("-", "−")
        )
    if show == "," or (not show and isinstance(value, int)):
        return f"{round(value):,}".replace("-", "−")
    if show.endswith("f"):
        return f"{value:,{show}}".replace("-", "−")
    power = show.startswith("e")
    digits = int(show.lstrip("e") or 2)
    if value == 0:
        return "0"
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if power or exponent < -3 or exponent > 4:
        mantissa = f"{value:.{digits - 1}e}".partition("e")[0].replace("-", "−")
        return f"{mantissa} × 10{str(exponent).translate(SUPERSCRIPTS)}"
    return f"{float(f'{value:.{digits - 1}e}'):,.{max(digits - 1 - exponent, 0)}f}".replace(
        "-", "−"
    )


# ---------- reading and writing ----------


@dataclass(frozen=True)
class Results:
    """One results file: the measurements of one experiment, and its spot check if it has one."""

    experiment: str
    measurements: dict[str, Measurement]
    versions: dict[str, str]
    spot: dict[str, Measurement] = field(default_factory=dict)


def seal(content: dict) -> str:
    """SHA-256 over everything but the seal itself."""
    bare = {k: v for k, v in content.items() if k != "seal"}
    return hashlib.sha256(json.dumps(bare, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_sealed(path: Path) -> dict:
    """Read a sealed JSON file; Bad names the file and line when it is not JSON or was edited by hand."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda word: math.nan)
    except UnicodeDecodeError as error:
        raise Bad(
            f"{shown(path)}:1: not UTF-8 ({error.reason} at byte {error.start}); run `make measure` to write it again"
        ) from error
    except json.JSONDecodeError as error:
        raise Bad(
            f"{shown(path)}:{error.lineno}: not JSON ({error.msg}); run `make measure` to write it again"
        ) from error
    if not isinstance(content, dict) or content.get("seal") != seal(content):
        raise Bad(
            f"{shown(path)}:1: the seal does not match: the file was edited by hand; restore it, or run `make measure`"
        )
    return content


def read(path: Path) -> Results:
    """Read and verify one results file; Bad on a broken seal or a value that is not finite."""
    content = read_sealed(path)
    try:
        kept = {
            part: {k: Measurement(**m) for k, m in content.get(part, {}).items()}
            for part in ("measurements", "spot")
        }
        results = Results(
            content["experiment"], kept["measurements"], content["versions"], kept["spot"]
        )
    except (KeyError, TypeError) as error:
        raise Bad(
            f"{shown(path)}:1: not a results file ({error}); run `make measure` to write it again"
        ) from error
    for key, m in results.measurements.items():
        for fault in m.faults():
            raise Bad(f"{shown(path)}:{line_of(path, key)}: `{key}` {fault}")
    return results


def line_of(path: Path, key: str) -> int:
    """The line on which a JSON key stands."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip().startswith(f'"{key}":'):
            return number
    return 1


def write(path: Path, results: Results) -> None:
    """Write one results file: sorted, sealed, atomic."""
    for key, m in results.measurements.items():
        for fault in m.faults():
            raise Bad(f"snippets/experiments/{results.experiment}.py: `{key}` {fault}")
    content = {
        "experiment": results.experiment,
        "versions": results.versions,
        "measurements": {k: _stored(m) for k, m in results.measurements.items()},
    }
    if results.spot:
        content["spot"] = {k: _stored(m) for k, m in results.spot.items()}
    write_sealed(path, content)


def write_sealed(path: Path, content: dict) -> None:
    """Seal a JSON object and write it atomically, with sorted keys, one list a line."""
    content = {**content, "seal": seal(content)}
    write_atomically(path, _json(content) + "\n")


def _stored(m: Measurement) -> dict:
    bare = Measurement(0, "x")
    return {
        k: _rounded(v)
        for k, v in asdict(m).items()
        if k in ("value", "what") or v != getattr(bare, k)
    }


def _rounded(value):
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return float(f"{value:.{STORED_DIGITS}g}") if isinstance(value, float) else value


def _json(value, indent: int = 0) -> str:
    if isinstance(value, dict) and value:
        pad = " " * (indent + 1)
        rows = (
            f"{pad}{json.dumps(k, ensure_ascii=False)}: {_json(value[k], indent + 1)}"
            for k in sorted(value)
        )
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    return json.dumps(value, ensure_ascii=False)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file whole or not at all, text as UTF-8; a kill leaves scraps in .cache alone."""
    SCRATCH.mkdir(exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=SCRATCH)
    try:
        with os.fdopen(handle, "wb") as scrap:
            scrap.write(content.encode() if isinstance(content, str) else content)
            scrap.flush()
            os.fsync(scrap.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def shown(path: Path) -> str:
    """A path as messages print it: relative to the checkout."""
    try:
        return path.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return path.as_posix()
