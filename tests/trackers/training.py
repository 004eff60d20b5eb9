"""A training of seconds with the program under test, and what its metrics.jsonl says."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(77)


def run(arguments, environment=None, code=0, seconds=200):
    """The program's standard error; fails unless it ends with `code`."""
    result = subprocess.run(
        [sys.argv[1], *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert result.returncode == code, f"{arguments}: {result.returncode}\n{result.stderr}"
    return result.stderr


def make_data(folder):
    run(["data", "synth", "--out", str(folder / "data"), "--train", "8", "--val", "4", "--test", "2",
         "--width", "96", "--height", "64"])
    return folder / "data" / "data.yaml"


def training(out, data, *settings, steps=4):
    return [
        "train", "--out", str(out), "--model", "picodet/s-416", "--data", str(data),
        "--steps", str(steps), "--batch-size", "2", "--gradient-accumulation-steps", "1",
        "--num-workers", "1", "transform_args.image_size=[96, 96]",
        "logger_args.log_every_num_steps=1", "logger_args.val_every_num_steps=2", *settings,
    ]


def train(out, data, *settings, environment=None, steps=4):
    return run(training(out, data, *settings, steps=steps), environment)


def train_interrupted(out, data, *settings, steps):
    """A training that is asked to stop once it has saved."""
    process = subprocess.Popen([sys.argv[1], *training(out, data, *settings, steps=steps)],
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while process.poll() is None and not (out / "checkpoints" / "last.ckpt").exists():
        time.sleep(0.02)
    process.terminate()
    errors = process.communicate(timeout=200)[1]
    assert process.returncode == 130, errors


def logged(out):
    """{tag: [(step, value), ...]} of metrics.jsonl."""
    series = {}
    for line in (out / "metrics.jsonl").read_text().splitlines():
        event = json.loads(line)
        for tag, value in event.items():
            if tag != "step":
                series.setdefault(tag, []).append((event["step"], value))
    assert len(series) > 20, series.keys()
    return series


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="saker-trackers-")


def folder_of(temporary):
    return pathlib.Path(temporary)
