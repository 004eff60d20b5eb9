"""Measures Saker and the reference side by side and prints one line a measure: both medians, and the median of the ratios.

Both are run as processes or called by their public functions, on the same files, with the same settings and two threads. A round
measures one after the other, so that a machine whose speed drifts slows both.
"""

from __future__ import annotations

import argparse
import copy
import glob
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "versus"
BIN = ROOT / "build" / "release" / "bin"
PROGRAM = BIN / "saker"
THREADS = 2
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS=str(THREADS), MKL_NUM_THREADS=str(THREADS), LIGHTLY_TRAIN_EVENTS_DISABLED="1")


class Process:
    """A finished process: its output, wall seconds, processor seconds and peak megabytes."""

    def __init__(self, command: list[str]) -> None:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
        self.output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds = time.monotonic() - begin
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_megabytes = usage.ru_maxrss / 1024
        if status != 0:
            sys.exit(f"{' '.join(command[:3])} failed:\n{self.output[-3000:]}")

    def value(self, key: str) -> float:
        return float(re.search(key + r" ([0-9.e-]+)", self.output)[1])


def python(code: str) -> Process:
    return Process([sys.executable, "-c", code])


class Comparison:
    """Figures of one measure over the rounds. `target`: the ratio that Saker aims at; `faster` when it is speed over speed."""

    def __init__(self, name: str, unit: str, target: float, faster: bool) -> None:
        self.name, self.unit, self.target, self.faster = name, unit, target, faster
        self.ours, self.theirs = [], []

    def add(self, ours: float, theirs: float) -> None:
        self.ours.append(ours)
        self.theirs.append(theirs)

    def report(self) -> None:
        ratios = [a / b for a, b in zip(self.ours, self.theirs)]
        print(f"{self.name:<46} saker {statistics.median(self.ours):10.3f}  reference {statistics.median(self.theirs):10.3f} {self.unit:<8}"
              f" ratio {statistics.median(ratios):6.3f} ({min(ratios):.3f} to {max(ratios):.3f}),"
              f" target {'at least' if self.faster else 'at most'} {self.target}", flush=True)


def assignments(settings: dict, prefix: str = "") -> list[str]:
    """The settings as the program takes them: key=value, nested keys with dots."""
    parts = []
    for key, value in settings.items():
        if isinstance(value, dict):
            parts += assignments(value, f"{prefix}{key}.")
        else:
            parts.append(f"{prefix}{key}={value if isinstance(value, str) else json.dumps(value)}")
    return parts


def training_command(who: str, out: Path, model: str, data: Path, **settings) -> list[str]:
    """Trains on the processor, by the program or by the reference's function of the same settings."""
    settings = {"accelerator": "cpu", "gradient_accumulation_steps": 1, **settings}
    if who == "saker":
        return [str(PROGRAM), "train", "--out", str(out), "--model", model, "--data", str(data), "--overwrite", *assignments(settings)]
    arguments = {"out": str(out), "model": model, "data": str(data), "overwrite": True, **settings}
    return [sys.executable, "-c", f"import lightly_train\nif __name__ == '__main__': lightly_train.train_object_detection(**{arguments!r})"]


def data() -> Path:
    yaml = WORK / "data" / "data.yaml"
    if not yaml.exists():
        Process([str(PROGRAM), "data", "synth", "--out", str(yaml.parent), "--train", "240", "--val", "8", "--test", "4", "--width", "640",
                 "--height", "480"])
    return yaml


def per_step(folder: Path, tag: str, first: int, steps: int) -> float:
    """Seconds a step after the first ones, from the running means that both write to TensorBoard."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    newest = max(glob.glob(str(folder / "events.out.tfevents.*")), key=os.path.getmtime)
    events = EventAccumulator(newest).Reload().Scalars(tag)
    mean = {event.step + 1: event.value for event in events}
    return (mean[steps] * steps - mean[first] * first) / (steps - first)


@dataclass(frozen=True)
class Training:
    """A short run that both make. The mean times of its steps leave the first ones out."""

    model: str = "picodet/s-416"
    batch_size: int = 8
    precision: str = "32-true"
    num_workers: int = 1
    first: int = 10
    steps: int = 40
    one_size: bool = False  # images of one size in all batches, not of a size drawn by each

    def folder(self, who: str) -> Path:
        return WORK / "runs" / f"{self.model.replace('/', '-')}-{who}"

    def run(self, who: str) -> Process:
        sizes = {"transform_args": {"scale_jitter": None}} if self.one_size else {}
        return Process(training_command(who, self.folder(who), self.model, data(), steps=self.steps, batch_size=self.batch_size,
                                        num_workers=self.num_workers, precision=self.precision,
                                        logger_args={"log_every_num_steps": self.first}, **sizes))

    def seconds(self, who: str, tag: str) -> float:
        return per_step(self.folder(who), tag, self.first, self.steps)


PICODET = Training()
VITT16 = Training(model="dinov3/vitt16-notpretrained-ltdetr", batch_size=4, first=2, steps=8, one_size=True)
CONVNEXT_TINY = replace(VITT16, model="dinov3/convnext-tiny-notpretrained-ltdetr", batch_size=1, first=1, steps=2)


def compare_training(training: Training, name: str, target: float, rounds: int) -> list[Comparison]:
    speed = Comparison(f"training, {name}", "steps/s", target, True)
    memory = Comparison("  peak memory of it", "MB", 0.7, False)
    for _ in range(rounds):
        processes = [training.run(who) for who in ("saker", "reference")]
        speed.add(*(1 / training.seconds(who, "profiling/train_step_time_sec") for who in ("saker", "reference")))
        memory.add(*(process.peak_megabytes for process in processes))
    return [speed, memory]


def measure_train(rounds: int) -> list[Comparison]:
    return compare_training(PICODET, "PicoDet S-416, batch 8, float32", 1.5, rounds)


def has_bfloat16() -> bool:
    return bool({"avx512_bf16", "amx_bf16"} & set(Path("/proc/cpuinfo").read_text().split()))


def measure_train_ltdetr(rounds: int) -> list[Comparison]:
    comparisons = compare_training(VITT16, "LTDETR vitt16, batch 4, float32", 1.3, rounds)
    if not has_bfloat16():
        print("training, LTDETR vitt16, batch 4, bf16-mixed: skipped, this processor has no bfloat16")
        return comparisons
    return comparisons + compare_training(replace(VITT16, precision="bf16-mixed"), "LTDETR vitt16, batch 4, bf16-mixed", 2.5, rounds)


def measure_loader(rounds: int) -> list[Comparison]:
    training = replace(PICODET, num_workers=0, first=5, steps=20)
    loader = Comparison("loader, in the process of the training", "images/s", 3, True)
    for _ in range(rounds):
        for who in ("saker", "reference"):
            training.run(who)
        loader.add(*(training.batch_size / training.seconds(who, "profiling/train_data_time_sec") for who in ("saker", "reference")))
    return [loader]


def model(training: Training) -> Path:
    path = training.folder("saker") / "exported_models" / "exported_last.pt"
    if not path.exists():
        replace(training, first=1, steps=2).run("saker")
    return path


def image() -> Path:
    return sorted((data().parent / "images" / "test").glob("*.jpg"))[0]


def compare_prediction(training: Training, name: str, target: float, rounds: int, precision: str = "fp32") -> list[Comparison]:
    file = model(training)
    code = (f"import time, statistics, torch, lightly_train\ntorch.set_num_threads({THREADS})\nm = lightly_train.load_model('{file}')\n"
            f"times = []\nfor _ in range(60):\n b = time.monotonic(); m.predict('{image()}'); times.append(time.monotonic() - b)\n"
            "print('MEDIAN', statistics.median(times[10:]))")
    predict = Comparison(f"predict, one 640x480 JPEG, {name}", "1/s", target, True)
    if precision == "bf16" and not has_bfloat16():
        print(f"{predict.name}: skipped, this processor has no bfloat16")
        return []
    for _ in range(rounds):
        ours = Process([str(BIN / "predict_versus"), str(file), str(image()), precision]).value("MEDIAN")
        predict.add(1 / ours, 1 / python(code).value("MEDIAN"))
    return [predict]


def measure_predict(rounds: int) -> list[Comparison]:
    return compare_prediction(PICODET, "PicoDet S-416", 1.3, rounds)


def measure_predict_ltdetr(rounds: int) -> list[Comparison]:
    return [comparison for training, name in ((VITT16, "LTDETR vitt16"), (CONVNEXT_TINY, "LTDETR convnext-tiny"))
            for precision, target in (("fp32", 1.5), ("bf16", 3))
            for comparison in compare_prediction(training, f"{name}, {precision}", target, rounds, precision)]


def measure_startup(rounds: int) -> list[Comparison]:
    file = model(PICODET)
    code = f"import lightly_train\nm = lightly_train.load_model('{file}')\nprint(m.predict('{image()}'))"
    wall = Comparison("saker predict, process start to JSON", "s", 0.15, False)
    cpu = Comparison("  processor time of it", "s", 0.15, False)
    for _ in range(rounds):
        ours, theirs = Process([str(PROGRAM), "predict", "--model", str(file), str(image())]), python(code)
        wall.add(ours.seconds, theirs.seconds)
        cpu.add(ours.cpu_seconds, theirs.cpu_seconds)
    return [wall, cpu]


def detections_and_truth():
    """Of 2000 images with 100 detections each, a third of them near one of 7 true boxes; arrays of all images in turn."""
    import numpy as np

    rng = np.random.default_rng(0)
    images, detections, truths, classes = 2000, 100, 7, 80
    boxes, true_boxes = (np.concatenate([corner, corner + rng.uniform(10, 140, corner.shape)], 1).astype(np.float32)
                         for corner in (rng.uniform(0, 500, (images * count, 2)) for count in (detections, truths)))
    near = rng.integers(0, truths, images * detections) + np.repeat(np.arange(images), detections) * truths
    close = rng.uniform(size=len(near)) < 0.3
    boxes[close] = true_boxes[near[close]] + rng.normal(0, 4, (int(close.sum()), 4)).astype(np.float32)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    true_labels = rng.integers(0, classes, images * truths)
    labels = rng.integers(0, classes, images * detections)
    labels[close] = true_labels[near[close]]
    scores = rng.uniform(size=images * detections).astype(np.float32)
    return (images, detections, truths, classes), boxes, scores, labels, true_boxes, true_labels


def write_detections(file: Path, counts, *arrays) -> None:
    import numpy as np

    with open(file, "wb") as out:
        np.array(counts[:3], np.int64).tofile(out)
        for array in arrays:
            array.tofile(out)


def measure_evaluate(rounds: int) -> list[Comparison]:
    import numpy as np
    import torch
    from faster_coco_eval import COCO, COCOeval_faster

    counts, boxes, scores, labels, true_boxes, true_labels = detections_and_truth()
    images, detections, truths, classes = counts
    file = WORK / "detections.bin"
    write_detections(file, counts, boxes, scores, labels.astype(np.int64), true_boxes, true_labels.astype(np.int64))

    def xywh(array):
        exact = array.astype(float)
        return np.concatenate([exact[:, :2], exact[:, 2:] - exact[:, :2]], 1).tolist()

    truth = {"images": [{"id": i} for i in range(images)], "categories": [{"id": k, "name": str(k)} for k in range(classes)],
             "annotations": [{"id": k + 1, "image_id": k // truths, "category_id": int(true_labels[k]), "bbox": box,
                              "area": box[2] * box[3], "iscrowd": 0} for k, box in enumerate(xywh(true_boxes))]}
    results = [{"image_id": k // detections, "category_id": int(labels[k]), "bbox": box, "score": float(scores[k])}
               for k, box in enumerate(xywh(boxes))]

    evaluation = Comparison("evaluation, 2000 images, 100 detections each", "1/s", 3, True)
    for _ in range(rounds):
        ours = Process([str(BIN / "metrics_versus"), str(file)])
        fresh_truth, fresh_results = copy.deepcopy(truth), copy.deepcopy(results)  # it writes into what it is given
        begin = time.monotonic()
        coco = COCO(fresh_truth)
        evaluator = COCOeval_faster(coco, coco.loadRes(fresh_results), "bbox", print_function=lambda *_: None)
        # The thresholds that the reference's metric hands over, single precision; otherwise the last digits of the mAP differ.
        evaluator.params.iouThrs = torch.linspace(0.5, 0.95, 10).double().numpy()
        evaluator.params.recThrs = torch.linspace(0.0, 1.0, 101).double().numpy()
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
        evaluation.add(1 / ours.value("SECONDS"), 1 / (time.monotonic() - begin))
        if abs(ours.value("MAP") - evaluator.stats[0]) > 1e-6:
            sys.exit(f"the two evaluations differ: mAP {ours.value('MAP')} against {evaluator.stats[0]}")
    return [evaluation]


MEASURES = {"train": measure_train, "loader": measure_loader, "predict": measure_predict, "startup": measure_startup,
            "evaluate": measure_evaluate, "train-ltdetr": measure_train_ltdetr, "predict-ltdetr": measure_predict_ltdetr}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="measure", help=f"{', '.join(MEASURES)}; default: all")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    unknown = set(arguments.measures) - set(MEASURES)
    if unknown:
        parser.error(f"no measure {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    WORK.mkdir(parents=True, exist_ok=True)
    for name in arguments.measures or MEASURES:
        for comparison in MEASURES[name](arguments.rounds):
            comparison.report()
