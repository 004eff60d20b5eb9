"""Weights files both ways between Saker and the reference, as black boxes, and what each predicts from them.

    build/versus/python/bin/python benchmarks/versus/round_trip.py [--steps N] [MODEL ...]

For each model: the reference writes a file, both predict from it; Saker fine-tunes from it for a step and exports, and both predict
from that. Predictions agree when every detection of one has a partner of the same class in the other, scores within 1e-4 and corners
within 0.05 pixels; those at the edge of the list (the lowest score, the threshold) may be missing. Exit code 1 when any does not.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

os.environ["LIGHTLY_TRAIN_EVENTS_DISABLED"] = "1"

import numpy as np
import torch
from PIL import Image

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")

import lightly_train
from lightly_train._task_models.ltdetr_object_detection.task_model import LTDETRObjectDetection

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "versus" / "round_trip"
PROGRAM = ROOT / "build" / "release" / "bin" / "saker"
MODELS = ["dinov3/vitt16-ltdetr", "dinov3/vitt16plus-ltdetr", "dinov3/vits16-ltdetr", "dinov2/vits14-noreg-ltdetr",
          "dinov3/convnext-tiny-ltdetr", "dinov3/convnext-small-ltdetr", "dinov3/convnext-base-ltdetr", "dinov3/convnext-large-ltdetr"]
CLASSES = {3: "red cell", 7: "white cell", 11: "platelet", 20: "other"}
THRESHOLD = 0.01
MAX_SCORE_DIFFERENCE, MAX_BOX_DIFFERENCE = 1e-4, 0.05


def photo(path: Path) -> None:
    """Coarse coloured squares: differences that survive a network with random weights."""
    cells = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    Image.fromarray(cells).resize((640, 480), Image.BICUBIC).save(path)


def randomize(model: torch.nn.Module) -> None:
    """Values that tell every tensor from every other, yet do not amplify rounding from layer to layer."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            noise = torch.rand(tensor.shape, generator=generator) * 2 - 1
            if name.endswith(("up", "reg_scale")):
                continue
            if tensor.dim() >= 2:
                tensor.copy_(noise * (1.5 / (tensor.numel() / tensor.shape[0])) ** 0.5)
            elif name.endswith("bias"):
                tensor.copy_(0.05 * noise)
            elif "gamma" in name:
                tensor.copy_(0.2 + 0.05 * noise)
            else:
                tensor.copy_(1 + 0.1 * noise)
        for name, tensor in model.named_buffers():
            noise = torch.rand(tensor.shape, generator=generator)
            if name.endswith("running_mean"):
                tensor.copy_(0.1 * noise)
            elif name.endswith("running_var"):
                tensor.copy_(1 + 0.2 * noise)


def write_as_reference(name: str, path: Path) -> None:
    model = LTDETRObjectDetection(model_name=name, classes=CLASSES, image_size=(644, 644) if "14" in name else (640, 640),
                                  image_normalize={"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}, load_weights=False)
    randomize(model)
    weights = {"ema_model.updates": torch.tensor(1)}
    weights.update({"ema_model.model." + key: value for key, value in model.state_dict().items()})
    torch.save({"model_class_path": model.class_path, "model_init_args": model.init_args, "train_model": weights, "license_info": ""}, path)


def predict_as_reference(path: Path, image: Path) -> list[tuple]:
    model = lightly_train.load_model(str(path), device="cpu")
    found = model.predict(str(image), threshold=THRESHOLD)
    return [(int(label), float(score), np.array(box)) for label, score, box in
            zip(found["labels"].tolist(), found["scores"].tolist(), found["bboxes"].tolist())]


def saker(*arguments: str) -> str:
    process = subprocess.run([str(PROGRAM), *arguments], capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"saker {' '.join(arguments)} failed:\n{process.stderr[-3000:]}")
    return process.stdout


def predict_as_saker(path: Path, image: Path) -> list[tuple]:
    found = json.loads(saker("predict", "--model", str(path), "--threshold", str(THRESHOLD), str(image)))[0]["detections"]
    return [(item["label"], item["score"], np.array(item["bbox"])) for item in found]


def compare(ours: list[tuple], theirs: list[tuple]) -> tuple[int, float, float, int]:
    """Pairs, the largest differences of score and corner within them, and detections without a partner."""
    lowest = max(min((d[1] for d in ours), default=0), min((d[1] for d in theirs), default=0), THRESHOLD)
    left = list(theirs)
    pairs, score_difference, box_difference, alone = 0, 0.0, 0.0, 0
    for label, score, box in ours:
        near = [d for d in left if d[0] == label and abs(d[1] - score) <= MAX_SCORE_DIFFERENCE
                and np.abs(d[2] - box).max() <= MAX_BOX_DIFFERENCE]
        if not near:
            alone += score > lowest + MAX_SCORE_DIFFERENCE
            continue
        best = min(near, key=lambda d: abs(d[1] - score) + np.abs(d[2] - box).max())
        left = [d for d in left if d is not best]
        pairs += 1
        score_difference = max(score_difference, abs(best[1] - score))
        box_difference = max(box_difference, np.abs(best[2] - box).max())
    alone += sum(d[1] > lowest + MAX_SCORE_DIFFERENCE for d in left)
    return pairs, score_difference, box_difference, alone


def report(name: str, writer: str, ours: list[tuple], theirs: list[tuple]) -> bool:
    pairs, score, box, alone = compare(ours, theirs)
    agrees = alone == 0 and pairs > 0
    print(f"{name:<30} written by {writer:<9} {pairs:4d} pairs, {alone} without partner, scores differ by {score:.1e}, corners by {box:.1e} px"
          f"  {'ok' if agrees else 'DIFFERS'}", flush=True)
    return agrees


def fine_tuned_by_saker(path: Path, name: str, steps: int) -> Path:
    folder = WORK / "data"
    if not (folder / "data.yaml").exists():
        saker("data", "synth", "--out", str(folder), "--train", "4", "--val", "2", "--test", "1", "--width", "320", "--height", "240")
    side = 308 if "14" in name else 320
    run = WORK / "run"
    saker("train", "--out", str(run), "--model", str(path), "--data", str(folder / "data.yaml"), "--overwrite", f"steps={steps}", "batch_size=2",
          "gradient_accumulation_steps=1", "num_workers=0", f"transform_args.image_size=[{side},{side}]", "accelerator=cpu")
    return run / "exported_models" / "exported_last.pt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--steps", type=int, default=1, help="of the fine-tuning; 0 leaves it out")
    arguments = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    image = WORK / "photo.png"
    photo(image)
    agrees = True
    for name in arguments.models:
        theirs = WORK / "theirs.pt"
        write_as_reference(name, theirs)
        agrees &= report(name, "reference", predict_as_saker(theirs, image), predict_as_reference(theirs, image))
        if arguments.steps > 0:
            ours = fine_tuned_by_saker(theirs, name, arguments.steps)
            agrees &= report(name, "saker", predict_as_saker(ours, image), predict_as_reference(ours, image))
    sys.exit(0 if agrees else 1)


if __name__ == "__main__":
    main()
