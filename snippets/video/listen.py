"""Listens by measure: how loud, how even, and how many words an offline recognizer hears."""

import math
import re
import subprocess
import wave
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

HEARD_AT = 16_000  # samples a second that the recognizer wants


def measured(track: np.ndarray, rate: int, times, texts: list[str], ffmpeg: str, scratch: Path) -> dict:
    """Peak in dB below full scale, the loudest and softest sentence against their mean in dB, and the share of words heard wrong."""
    levels = [20 * math.log10(float(np.sqrt(np.mean(track[int(a * rate):int(b * rate)] ** 2)))) for a, b in times]
    middle = sum(levels) / len(levels)
    wrong, total = 0, 0
    samples = resampled(scratch / "voice.wav", ffmpeg)
    for (start, end), text in zip(times, texts, strict=True):
        wanted = plain(text)
        heard = plain(recognized(samples[int((start - 0.2) * HEARD_AT):int((end + 0.2) * HEARD_AT)]))
        wrong += distance(wanted, heard)
        total += len(wanted)
    return {"peak_db": round(20 * math.log10(float(np.abs(track).max())), 2),
            "levels_db": [round(level - middle, 2) for level in levels], "word_error_rate": round(wrong / total, 3), "words": total}


def resampled(path: Path, ffmpeg: str) -> np.ndarray:
    """The track at the recognizer's rate."""
    out = path.with_name("heard.wav")
    subprocess.run([ffmpeg, "-y", "-loglevel", "error", "-i", str(path), "-ar", str(HEARD_AT), str(out)], check=True)
    with wave.open(str(out)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def recognized(samples: np.ndarray) -> str:
    """What the recognizer makes of it, without being told what to expect."""
    decoder = Decoder(samprate=HEARD_AT, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
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
