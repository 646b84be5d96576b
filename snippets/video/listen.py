"""Listens by measure to a finished video: how loud, how even, and how many words an offline recognizer hears."""

import re
import subprocess
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

HEARD_AT = 16_000  # samples a second that the recognizer wants


def measured(video: Path, times, texts: list[str], ffmpeg: str) -> dict:
    """The video's true peak (dB below full scale) and loudness (LUFS), each sentence against their mean (LU), words heard wrong."""
    whole = loudness(video, ffmpeg)
    levels = [loudness(video, ffmpeg, span)["I"] for span in times]
    middle = sum(levels) / len(levels)
    wanted = [plain(text) for text in texts]
    wrong = sum(
        distance(words, plain(recognized(samples(video, ffmpeg, span))))
        for words, span in zip(wanted, times, strict=True)
    )
    total = sum(map(len, wanted))
    return {
        "true_peak_dbfs": whole["Peak"],
        "loudness_lufs": whole["I"],
        "levels_lu": [round(level - middle, 2) for level in levels],
        "word_error_rate": round(wrong / total, 3),
        "words": total,
    }


def loudness(video: Path, ffmpeg: str, span: tuple[float, float] | None = None) -> dict[str, float]:
    """Integrated loudness `I` in LUFS and true `Peak` in dBFS, by EBU R 128, of all of it or of a span in seconds."""
    done = subprocess.run(
        [
            ffmpeg,
            "-hide_banner",
            "-nostats",
            *cut(span),
            "-i",
            str(video),
            "-map",
            "0:a",
            "-af",
            "ebur128=peak=true",
            "-f",
            "null",
            "-",
        ],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    summary = done.stderr.rpartition("Summary:")[2]
    return {
        name: float(value)
        for name, value in re.findall(r"\b(I|Peak):\s+(-?[\d.]+) (?:LUFS|dBFS)", summary)
    }


def samples(video: Path, ffmpeg: str, span: tuple[float, float]) -> np.ndarray:
    """A span at the recognizer's rate, with a little silence around it."""
    around = max(0.0, span[0] - 0.2), span[1] + 0.2
    done = subprocess.run(
        [
            ffmpeg,
            "-loglevel",
            "error",
            *cut(around),
            "-i",
            str(video),
            "-map",
            "0:a",
            "-ac",
            "1",
            "-ar",
            str(HEARD_AT),
            "-f",
            "s16le",
            "-",
        ],
        check=True,
        capture_output=True,
    )
    return np.frombuffer(done.stdout, dtype="<i2")


def cut(span: tuple[float, float] | None) -> list[str]:
    """Options that read a span alone."""
    return ["-ss", str(span[0]), "-t", str(span[1] - span[0])] if span else []


def recognized(heard: np.ndarray) -> str:
    """What the recognizer makes of it, without being told what to expect."""
    decoder = Decoder(samprate=HEARD_AT, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(heard.tobytes(), full_utt=True)
    decoder.end_utt()
    return decoder.hyp().hypstr if decoder.hyp() else ""


def plain(text: str) -> list[str]:
    """Words alone, in lower case."""
    return re.findall(r"[a-z']+", text.lower().replace("-", " "))


def distance(a: list[str], b: list[str]) -> int:
    """Words to change, add or leave out to make one of the other (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]
