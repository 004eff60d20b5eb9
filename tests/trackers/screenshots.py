"""Pictures of what TensorBoard and MLflow show of a run of ours, to be looked at:

    .deps/test-python/bin/python tests/trackers/screenshots.py build/release/bin/saker --out out/screenshots

It needs scripts/test-python and Chromium (`apt-get install chromium`, or SAKER_CHROMIUM), no network, and about three minutes.
"""

import argparse
import importlib.util
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from browser import Browser, find_chromium
from mlflow_server import Server, free_port
from training import folder_of, run, temporary_folder

EXPERIMENT, RUN = "scenes", "picodet-s"


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the saker program")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the pictures")
    parser.add_argument("--steps", type=int, default=160, help="length of the training (default 160)")
    return parser.parse_args()


def find_what_is_needed(program):
    """The browser's path; ends this script with what is missing."""
    missing = [f"{package}: run scripts/test-python, and this with .deps/test-python/bin/python"
               for package in ("mlflow", "tensorboard") if importlib.util.find_spec(package) is None]
    if not os.access(program, os.X_OK):
        missing.append(f"{program}: build it, or name another")
    chromium = find_chromium()
    if chromium is None:
        missing.append("Chromium: `apt-get install chromium`, or name the program in SAKER_CHROMIUM")
    if missing:
        sys.exit("screenshots: missing\n  " + "\n  ".join(missing))
    return chromium


def train(folder, server, steps):
    """Learns eight scenes by heart in folder/runs/RUN, with everything on that the pages can show."""
    run(["data", "synth", "--out", str(folder / "data"), "--train", "8", "--val", "1", "--test", "1"])
    data = folder / "data" / "data.yaml"
    # Validated on the scenes that it learns, so that there are boxes to be seen after so few steps.
    data.write_text(data.read_text().replace("val: images/val", "val: images/train"))
    run(["train", "--out", str(folder / "runs" / RUN), "--model", "picodet/s-416", "--data", str(data),
         "--steps", str(steps), "--batch-size", "8", "--gradient-accumulation-steps", "1", "--num-workers", "1",
         "model_args={lr: 0.3, lr_warmup_steps: 50, ema_momentum: 0.98, ema_warmup_steps: 50}",
         "transform_args={image_size: [192, 192], random_zoom_out: null, random_iou_crop: null}",
         "metric_args.classwise=true", "logger_args.log_every_num_steps=1", "logger_args.val_every_num_steps=20",
         f"logger_args.mlflow.tracking_uri={server.url}", f"logger_args.mlflow.experiment_name={EXPERIMENT}",
         f"logger_args.mlflow.run_name={RUN}", "logger_args.mlflow.log_model=true",
         "logger_args.mlflow.tags={team: vision}"],
        environment={"OMP_WAIT_POLICY": "PASSIVE"}, seconds=1800)


class TensorBoard:
    """TensorBoard of this machine, on a port of its own, showing the runs below a folder."""

    def __init__(self, runs, log):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with open(log, "w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tensorboard.main", "--logdir", str(runs), "--host", "127.0.0.1",
                 "--port", str(port)], stdout=output, stderr=output, start_new_session=True)
        for _ in range(600):
            try:
                if RUN in urllib.request.urlopen(self.url + "/data/runs", timeout=5).read().decode():
                    return
            except OSError:
                pass
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.1)
        self.__exit__()
        raise AssertionError("TensorBoard does not show the run: " + log.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self._process.pid, 15)
        self._process.wait(30)


def picture_tensorboard(browser, url, out):
    chosen = urllib.parse.quote("^(train_loss|val_loss|learning_rate|epoch|val_metric/ma[pr])", safe="")
    for name, place, words, height in [
        ("time-series", "#timeseries", ["train_loss", "val_metric", RUN], 1600),
        ("scalars", "#scalars&tagFilter=" + chosen, ["learning_rate", "train_loss/loss_vfl", RUN], 1400),
        ("images", "#images", ["train_images/labels_0", "val_images", RUN], 1600),
        ("hparams", "#hparams", ["hp_metric", "batch_size", RUN], 1000),
    ]:
        browser.resize(1600, height)
        browser.open(url + "/" + place, *words)
        browser.picture(out / f"tensorboard-{name}.png")


def picture_mlflow(browser, server, out):
    (found,) = server.runs(EXPERIMENT)
    run_id, experiment_id = found["info"]["run_id"], found["info"]["experiment_id"]
    runs = f"experiments/{experiment_id}/runs"
    images = [name for name in server.artifacts(run_id, "images") if name.endswith(".png")]
    last = max((name for name in images if "predictions_0" in name), key=lambda name: int(name.split("+")[2]))

    def show(place, *words, height=1000, more=""):
        browser.resize(1600, height)
        browser.open(f"{server.url}/#/{place}?workflowType=machine_learning{more}", *words)

    def picture(name):
        browser.wait_for()
        browser.picture(out / f"mlflow-{name}.png")

    browser.open(server.url, EXPERIMENT)
    browser.evaluate("localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false')")
    show("experiments", EXPERIMENT)
    picture("experiments")
    show(runs, RUN)
    picture("runs")
    show(runs, RUN, "val_metric", height=1600, more="&compareRunsMode=CHART")
    picture("charts")
    show(f"{runs}/{run_id}", RUN, "Finished", "train_loss")
    picture("run")
    browser.resize(1600, 1300)
    browser.scroll_to("[role=row]:last-child")
    picture("run-ends-of-tables")
    show(f"{runs}/{run_id}/model-metrics", "val_metric", height=5600)
    # The slider of predictions begins before the first of them, and each picture lies below the run's settings.
    browser.click_right_end("span:has(> span > [role=slider]:not([data-disabled]))")
    browser.wait_for()
    browser.scroll_to("img[src*=artifact]")
    picture("metrics")
    show(f"{runs}/{run_id}/artifacts/checkpoints", "exported_best.pt")
    picture("models")
    show(f"{runs}/{run_id}/artifacts/images", pathlib.PurePath(last).name)
    browser.click(pathlib.PurePath(last).name)
    picture("image")


arguments = read_arguments()
chromium = find_what_is_needed(arguments.program)
arguments.out.mkdir(parents=True, exist_ok=True)
with temporary_folder() as temporary:
    folder = folder_of(temporary)
    with Server(folder) as server:
        train(folder, server, arguments.steps)
        with TensorBoard(folder / "runs", folder / "tensorboard.log") as tensorboard, \
                Browser(chromium, folder) as browser:
            picture_tensorboard(browser, tensorboard.url, arguments.out)
            picture_mlflow(browser, server, arguments.out)
for picture in sorted(arguments.out.glob("*.png")):
    print(picture)
