"""A real MLflow server on this machine shows what metrics.jsonl says; one that is killed and comes back loses nothing."""

import math
import subprocess
import sys
import time

from mlflow_server import Server
from training import folder_of, logged, make_data, run, skip, temporary_folder, train, train_interrupted

try:
    import mlflow  # noqa: F401
except ImportError as error:
    skip(f"no MLflow: {error}")


def expect_metrics(server, run_id, series):
    for tag, points in series.items():
        read = server.history(run_id, tag)
        assert len(read) == len(points), (tag, read, points)
        for (step, value), (expected_step, expected) in zip(read, sorted(points)):
            assert step == expected_step, (tag, read)
            assert math.isclose(value, expected, rel_tol=1e-12, abs_tol=1e-300), (tag, read)


def settings(server, *more):
    return [f"logger_args.mlflow.tracking_uri={server.url}", "logger_args.mlflow.experiment_name=cells",
            *more]


with temporary_folder() as temporary:
    folder = folder_of(temporary)
    data = make_data(folder)
    with Server(folder) as server:
        out = folder / "run"
        train(out, data, *settings(server, "logger_args.mlflow.run_name=first",
                                   "logger_args.mlflow.tags={team: x}", "logger_args.mlflow.log_model=true"))
        (found,) = server.runs("cells")
        info, tags = found["info"], {tag["key"]: tag["value"] for tag in found["data"]["tags"]}
        assert info["status"] == "FINISHED" and info["run_name"] == "first" and info["end_time"], info
        assert tags["team"] == "x" and tags["mlflow.loggedImages"] == "True", tags
        parameters = {entry["key"]: entry["value"] for entry in found["data"]["params"]}
        assert parameters["steps"] == "4" and parameters["transform_args/image_size"] == "[96, 96]"
        assert len(parameters) > 50
        expect_metrics(server, info["run_id"], logged(out))
        images = server.artifacts(info["run_id"], "images")
        assert sum(name.endswith(".png") for name in images) * 2 == len(images) >= 10, images
        assert all(images.values()), images
        assert server.artifacts(info["run_id"], "checkpoints") == {
            f"checkpoints/{model.name}": model.stat().st_size
            for model in (out / "exported_models").iterdir()}

        # The same run goes on.
        out = folder / "stopped"
        stopped = settings(server, "logger_args.mlflow.run_name=stopped", "save_checkpoint_args.save_every_num_steps=2")
        train_interrupted(out, data, *stopped, steps=20)
        status = {run["info"]["run_name"]: run["info"]["status"] for run in server.runs("cells")}
        assert status == {"first": "FINISHED", "stopped": "KILLED"}, status
        train(out, data, "resume_interrupted=true", *stopped, steps=20)
        found = {run["info"]["run_name"]: run["info"] for run in server.runs("cells")}
        assert len(found) == 2 and found["stopped"]["status"] == "FINISHED", found
        expect_metrics(server, found["stopped"]["run_id"], logged(out))

        # Numbers that are not finite are kept as such.
        body = {"run_id": info["run_id"],
                "metrics": [{"key": "odd", "value": word, "timestamp": 1, "step": step}
                            for step, word in enumerate(["NaN", "Infinity", "-Infinity"])]}
        server.call("runs/log-batch", body)
        points = server.call(f"metrics/get-history?run_id={info['run_id']}&metric_key=odd")["metrics"]
        assert len(points) == 3, points

        # A name that the server refuses ends nothing.
        errors = train(folder / "refused", data, *settings(server), "logger_args.mlflow.run_id=0123456789abcdef",
                       steps=1)
        assert "nothing more of this run is sent" in errors, errors

        # The server goes away in the middle of a run and comes back.
        gone = folder / "gone"
        process = subprocess.Popen(
            [sys.argv[1], "train", "--out", str(gone), "--model", "picodet/s-416", "--data", str(data),
             "--steps", "60", "--batch-size", "2", "--gradient-accumulation-steps", "1", "--num-workers", "1",
             "transform_args.image_size=[96, 96]", "logger_args.log_every_num_steps=1",
             "logger_args.val_every_num_steps=30", *settings(server, "logger_args.mlflow.run_name=gone")],
            stderr=subprocess.PIPE, text=True)
        while not (gone / "metrics.jsonl").exists() or not (gone / "metrics.jsonl").read_text():
            assert process.poll() is None
            time.sleep(0.01)
        server.stop()
        server.start()
        _, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors
        (found,) = [run for run in server.runs("cells") if run["info"]["run_name"] == "gone"]
        assert found["info"]["status"] == "FINISHED", (found["info"], errors)
        expect_metrics(server, found["info"]["run_id"], logged(gone))
        url = server.url

    # Nobody there from beginning to end: the training is done all the same.
    errors = train(folder / "alone", data, f"logger_args.mlflow.tracking_uri={url}",
                   "logger_args.mlflow.experiment_name=cells", steps=2)
    assert "cannot be used at the moment" in errors and "lacks" in errors, errors
    assert (folder / "alone" / "exported_models" / "exported_last.pt").exists()

    errors = run(["train", "--out", str(folder / "no"), "--model", "picodet/s-416", "--data", str(data),
                  "logger_args.mlflow.experiment_name=cells"],
                 environment={"MLFLOW_TRACKING_URI": ""}, code=2)
    assert "MLFLOW_TRACKING_URI" in errors and not (folder / "no").exists()
print("ok")
