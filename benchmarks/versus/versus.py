"""Measures Saker and the reference side by side and prints one line a measure: both figures and their ratio.

Both are run as processes or called by their public functions, on the same files and with the same settings and two threads.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "versus"
PROGRAM = ROOT / "build" / "release" / "bin" / "saker"
BIN = PROGRAM.parent
STEPS, FIRST = 60, 20  # steps of a run, and those left out while caches warm up
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="2", MKL_NUM_THREADS="2", LIGHTLY_TRAIN_EVENTS_DISABLED="1")


def run(command: list[str]) -> tuple[str, float, float]:
    """Output, seconds and peak megabytes of a process and its children."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command[:3])} failed:\n{output[-3000:]}")
    return output, time.monotonic() - begin, usage.ru_maxrss / 1024


def report(name: str, ours: float, theirs: float, unit: str, larger_is_better: bool) -> None:
    ratio = ours / theirs
    print(f"{name:<44} saker {ours:10.3f}  reference {theirs:10.3f} {unit:<10} ratio {ratio:.2f}"
          f" ({'more' if larger_is_better else 'less'} is better)", flush=True)


def data() -> Path:
    yaml = WORK / "data" / "data.yaml"
    if not yaml.exists():
        run([str(PROGRAM), "data", "synth", "--out", str(yaml.parent), "--train", "240", "--val", "8", "--test", "4", "--width", "640",
             "--height", "480"])
    return yaml


def python(code: str) -> tuple[str, float, float]:
    return run([sys.executable, "-c", code])


def between(log: str, field: str) -> float:
    """Seconds a step of a running mean, without the first steps."""
    means = {}
    for line in log.splitlines():
        match = re.search(r"Train Step +(\d+)/.*" + field + r" +([0-9.]+)s", line)
        if match:
            means[int(match[1])] = float(match[2])
    return (means[STEPS] * STEPS - means[FIRST] * FIRST) / (STEPS - FIRST)


def train(num_workers: int) -> tuple[tuple[str, float], tuple[str, float]]:
    common = f"steps={STEPS}, batch_size=8, gradient_accumulation_steps=1, num_workers={num_workers}, precision='32-true'"
    code = (f"import lightly_train\nif __name__ == '__main__': lightly_train.train_object_detection(out='{WORK}/reference', "
            f"model='picodet/s-416', data='{data()}', accelerator='cpu', overwrite=True, logger_args={{'log_every_num_steps': {FIRST}}}, {common})")
    theirs, _, their_memory = python(code)
    ours, _, our_memory = run([str(PROGRAM), "train", "--out", str(WORK / "saker"), "--model", "picodet/s-416", "--data", str(data()),
                               "--overwrite", f"steps={STEPS}", "batch_size=8", "gradient_accumulation_steps=1", f"num_workers={num_workers}",
                               "precision=32-true", "accelerator=cpu", f"logger_args.log_every_num_steps={FIRST}"])
    return (ours, our_memory), (theirs, their_memory)


def measure_train() -> None:
    (ours, our_memory), (theirs, their_memory) = train(num_workers=1)
    report("training, PicoDet S-416, batch 8, float32", 1 / between(ours, "Step Time"), 1 / between(theirs, "Step Time"), "steps/s", True)
    report("  peak memory", our_memory, their_memory, "MB", False)
    (ours, _), (theirs, _) = train(num_workers=0)
    report("loader, in the training process", 8 / between(ours, "Data Time"), 8 / between(theirs, "Data Time"), "img/s", True)


def model() -> Path:
    path = WORK / "saker" / "exported_models" / "exported_last.pt"
    if not path.exists():
        train(num_workers=1)
    return path


def image() -> Path:
    return sorted((data().parent / "images" / "test").glob("*.jpg"))[0]


def measure_predict() -> None:
    code = (f"import time, statistics, torch, lightly_train\ntorch.set_num_threads(2)\nm = lightly_train.load_model('{model()}')\n"
            f"times = []\nfor _ in range(60):\n b = time.monotonic(); m.predict('{image()}'); times.append(time.monotonic() - b)\n"
            "print('MEDIAN', statistics.median(times[10:]))")
    theirs = float(re.search(r"MEDIAN ([0-9.e-]+)", python(code)[0])[1])
    ours = float(re.search(r"MEDIAN ([0-9.e-]+)", run([str(BIN / "predict_versus"), str(model()), str(image())])[0])[1])
    report("predict end to end, one 640x480 JPEG", 1000 * ours, 1000 * theirs, "ms", False)


def measure_startup() -> None:
    code = f"import lightly_train\nm = lightly_train.load_model('{model()}')\nprint(m.predict('{image()}'))"
    theirs = statistics.median(python(code)[1] for _ in range(3))
    ours = statistics.median(run([str(PROGRAM), "predict", "--model", str(model()), str(image())])[1] for _ in range(5))
    report("saker predict, process start to JSON", ours, theirs, "s", False)


def measure_evaluate() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    images, detections, truths, classes = 2000, 100, 7, 80
    counts = []
    for count in (detections, truths):
        corner = rng.uniform(0, 500, (images * count, 2))
        size = rng.uniform(10, 140, (images * count, 2))
        counts.append(np.concatenate([corner, corner + size], 1).astype(np.float32))
    boxes, gt_boxes = counts
    near = rng.integers(0, truths, images * detections) + np.repeat(np.arange(images), detections) * truths
    close = rng.uniform(size=len(near)) < 0.3
    boxes[close] = gt_boxes[near[close]] + rng.normal(0, 4, (int(close.sum()), 4)).astype(np.float32)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    gt_labels = rng.integers(0, classes, images * truths)
    labels = rng.integers(0, classes, images * detections)
    labels[close] = gt_labels[near[close]]
    scores = rng.uniform(size=images * detections).astype(np.float32)
    file = WORK / "detections.bin"
    with open(file, "wb") as out:
        np.array([images, detections, truths], np.int64).tofile(out)
        for array in (boxes, scores, labels.astype(np.int64), gt_boxes, gt_labels.astype(np.int64)):
            array.tofile(out)
    output = run([str(BIN / "metrics_versus"), str(file)])[0]
    ours, our_map = (float(re.search(key + r" ([0-9.e-]+)", output)[1]) for key in ("SECONDS", "MAP"))

    from faster_coco_eval import COCO, COCOeval_faster

    def xywh(array):
        return np.concatenate([array[:, :2], array[:, 2:] - array[:, :2]], 1).astype(float)

    truth = {"images": [{"id": i} for i in range(images)], "categories": [{"id": k, "name": str(k)} for k in range(classes)],
             "annotations": [{"id": k + 1, "image_id": k // truths, "category_id": int(gt_labels[k]), "bbox": list(box),
                              "area": float(box[2] * box[3]), "iscrowd": 0} for k, box in enumerate(xywh(gt_boxes))]}
    results = [{"image_id": k // detections, "category_id": int(labels[k]), "bbox": list(box), "score": float(scores[k])}
               for k, box in enumerate(xywh(boxes))]
    begin = time.monotonic()
    coco = COCO(truth)
    evaluator = COCOeval_faster(coco, coco.loadRes(results), "bbox", print_function=lambda *_: None)
    evaluator.evaluate()
    evaluator.accumulate()
    evaluator.summarize()
    theirs = time.monotonic() - begin
    report("evaluation, 2000 images, 100 detections each", ours, theirs, "s", False)
    print(f"{'  mAP':<44} saker {our_map:10.5f}  reference {evaluator.stats[0]:10.5f}", flush=True)


MEASURES = {"train": measure_train, "predict": measure_predict, "startup": measure_startup, "evaluate": measure_evaluate}

if __name__ == "__main__":
    WORK.mkdir(parents=True, exist_ok=True)
    for measure in sys.argv[1:] or MEASURES:
        if measure not in MEASURES:
            sys.exit(f"no measure '{measure}'; there are {', '.join(MEASURES)}")
        MEASURES[measure]()
