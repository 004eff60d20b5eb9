"""An MLflow server of this machine, on a port of its own, with its database and artifacts in a given folder."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.log = open(self.folder / "server.log", "a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
             "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db",
             "--artifacts-destination", str(self.folder / "artifacts"), "--workers", "1"],
            stdout=self.log, stderr=self.log, cwd=self.folder, start_new_session=True,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet",
                 "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"})
        for _ in range(900):
            try:
                urllib.request.urlopen(self.url + "/health", timeout=1).read()
                return
            except OSError:
                assert self.process.poll() is None, (self.folder / "server.log").read_text()
                time.sleep(0.1)
        raise AssertionError("the MLflow server does not start")

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, 15)
            self.process.wait(30)
            self.process = None

    def call(self, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/api/2.0/mlflow/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request, timeout=30))

    def runs(self, name):
        found = self.call(f"experiments/get-by-name?experiment_name={name}")["experiment"]
        return self.call("runs/search", {"experiment_ids": [found["experiment_id"]]})["runs"]

    def history(self, run_id, key):
        page = self.call(f"metrics/get-history?run_id={run_id}&metric_key={key}")
        return sorted((int(point["step"]), float(point["value"])) for point in page["metrics"])

    def artifacts(self, run_id, path):
        listing = self.call(f"artifacts/list?run_id={run_id}&path={path}")
        return {entry["path"]: int(entry.get("file_size", 0)) for entry in listing.get("files", [])}
