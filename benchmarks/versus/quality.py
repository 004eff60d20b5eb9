"""Trains Saker and the reference on the same data with the same settings, for several seeds, and writes their curves side by side.

    build/versus/python/bin/python benchmarks/versus/quality.py DATA.yaml --out FOLDER [--curves FOLDER] [--steps N] [--seeds 0 1 2] ...

--curves gets quality.md with a table, curves.svg and the curves of each run as JSON; --out the runs themselves. A run whose curves are there
already is not made again, so that a comparison can be broken off, and drawn anew without --out's runs.
The reference applies the shifts of LTDETR's boxes twice while training; Saker does so with box_refine=reference.
"""

from __future__ import annotations

import argparse
import glob
import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from versus import ENVIRONMENT, training_command

COLOURS = {"saker": "#1b6ca8", "saker, box_refine=reference": "#3a9d5d", "reference": "#c8553d"}


@dataclass(frozen=True)
class Settings:
    data: Path
    model: str
    steps: int
    batch_size: int
    side: int
    every: int
    model_args: dict = field(default_factory=dict)

    def command(self, who: str, seed: int, out: Path) -> list[str]:
        model_args = {**self.model_args, **({"box_refine": "reference"} if who.endswith("=reference") else {})}
        return training_command("reference" if who == "reference" else "saker", out, self.model, self.data, steps=self.steps,
                                batch_size=self.batch_size, seed=seed, precision="32-true", num_workers=1, model_args=model_args,
                                logger_args={"val_every_num_steps": self.every, "log_every_num_steps": self.every},
                                transform_args={"image_size": [self.side, self.side], "scale_jitter": None})


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    newest = max(glob.glob(str(folder / "events.out.tfevents.*")))
    events = EventAccumulator(newest, size_guidance={"scalars": 0}).Reload()
    return {tag: [(event.step + 1, event.value) for event in events.Scalars(tag)]
            for tag in ("train_loss", "val_loss", "val_metric/map", "val_metric/map_50")}


def train(settings: Settings, who: str, seed: int, out: Path, result: Path) -> dict:
    if not result.exists():
        log = out.with_suffix(".log")
        with open(log, "w") as output:
            if subprocess.run(settings.command(who, seed, out), stdout=output, stderr=subprocess.STDOUT, env=ENVIRONMENT).returncode != 0:
                sys.exit(f"{who}, seed {seed}, failed; see {log}")
        result.write_text(json.dumps(curves(out)))
    return json.loads(result.read_text())


def spread(values: list[float], digits: int) -> str:
    return f"{statistics.mean(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def table(runs: dict[str, list[dict]]) -> str:
    lines = ["| | train loss at the end | validation loss | best mAP | best mAP50 |", "| --- | --- | --- | --- | --- |"]
    for who, seeds in runs.items():
        last = {tag: [run[tag][-1][1] for run in seeds] for tag in ("train_loss", "val_loss")}
        best = {tag: [max(value for _, value in run[tag]) for run in seeds] for tag in ("val_metric/map", "val_metric/map_50")}
        lines.append(f"| {who} | {spread(last['train_loss'], 2)} | {spread(last['val_loss'], 2)} | {spread(best['val_metric/map'], 4)} "
                     f"| {spread(best['val_metric/map_50'], 4)} |")
    return "\n".join(lines) + "\n"


def chart(runs: dict[str, list[dict]], tag: str, left: int) -> list[str]:
    width, height, top = 360, 240, 40
    points = [point for seeds in runs.values() for run in seeds for point in run[tag]]
    steps, most = max(step for step, _ in points), max(value for _, value in points) or 1
    parts = [f'<text x="{left}" y="{top - 12}">{tag}, at most {most:.3g}, over {steps} steps</text>',
             f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#888"/>']
    for who, seeds in runs.items():
        for run in seeds:
            line = " ".join(f"{left + width * step / steps:.1f},{top + height * (1 - value / most):.1f}" for step, value in run[tag])
            parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[who]}" stroke-width="1.5"/>')
    return parts


def drawing(runs: dict[str, list[dict]]) -> str:
    parts = chart(runs, "train_loss", 20) + chart(runs, "val_metric/map_50", 420)
    for i, who in enumerate(runs):
        parts.append(f'<text x="{20 + 240 * i}" y="310" fill="{COLOURS[who]}">{who}</text>')
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="800" height="330" font-family="sans-serif" font-size="13">\n'
            + "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--curves", type=Path, help="default: the folder of --out")
    parser.add_argument("--model", default="dinov3/vitt16-notpretrained-ltdetr")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--who", nargs="+", choices=list(COLOURS), default=list(COLOURS))
    parser.add_argument("--model-args", type=json.loads, default={"backbone_lr_factor": 1.0, "lr_warmup_steps": 50})
    arguments = parser.parse_args()
    settings = Settings(data=arguments.data.resolve(), model=arguments.model, steps=arguments.steps, batch_size=arguments.batch_size,
                        side=arguments.side, every=max(1, arguments.steps // 6), model_args=arguments.model_args)
    results = arguments.curves or arguments.out
    for folder in (arguments.out, results):
        folder.mkdir(parents=True, exist_ok=True)
    runs: dict[str, list[dict]] = {who: [] for who in arguments.who}
    for seed in arguments.seeds:
        for who in arguments.who:
            name = f"{who.replace(', ', '-').replace('=', '-')}-{seed}"
            runs[who].append(train(settings, who, seed, arguments.out / name, results / f"{name}.json"))
    (results / "curves.svg").write_text(drawing(runs))
    (results / "quality.md").write_text(table(runs))
    print(table(runs))
