"""The wandb package's own reader and schema find in an offline run what metrics.jsonl says."""

import json

from training import folder_of, logged, make_data, run, skip, temporary_folder, train

try:
    from wandb.proto import wandb_internal_pb2
    from wandb.sdk.internal.datastore import DataStore
except ImportError as error:
    skip(f"no wandb with a reader: {error}")


def read(file):
    store = DataStore()
    store.open_for_scan(str(file))
    records = []
    while (data := store.scan_data()) is not None:
        record = wandb_internal_pb2.Record.FromString(data)
        # A field that the schema does not know would be left here.
        assert record.SerializeToString(deterministic=True) and not unknown(record), record
        records.append(record)
    return records


def unknown(message):
    from google.protobuf.unknown_fields import UnknownFieldSet

    if len(UnknownFieldSet(message)):
        return True
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        parts = [value] if hasattr(value, "ListFields") else value
        if any(unknown(part) for part in parts):
            return True
    return False


def of_kind(records, kind):
    return [getattr(record, kind) for record in records if record.WhichOneof("record_type") == kind]


with temporary_folder() as temporary:
    folder = folder_of(temporary)
    data = make_data(folder)
    out = folder / "run"
    train(out, data, "logger_args.wandb.offline=true", "logger_args.wandb.project=proj",
          "logger_args.wandb.name=wrun", "logger_args.wandb.version=abcd1234")
    latest = out / "wandb" / "latest-run"
    records = read(latest / "run-abcd1234.wandb")

    (about,) = of_kind(records, "run")
    assert (about.run_id, about.project, about.display_name) == ("abcd1234", "proj", "wrun")
    config = {item.key: json.loads(item.value_json) for item in about.config.update}
    assert config["steps"] == 4 and config["transform_args"]["image_size"] == [96, 96]
    axis, all_metrics = of_kind(records, "metric")
    assert axis.name == "trainer/global_step"
    assert (all_metrics.glob_name, all_metrics.step_metric) == ("*", "trainer/global_step")

    series, pictures, seen = {}, 0, []
    for history in of_kind(records, "history"):
        items = {tuple(item.nested_key): json.loads(item.value_json) for item in history.item}
        seen.append(items[("_step",)])
        assert history.step.num == items[("_step",)]
        assert items[("_timestamp",)] > 1.7e9 and items[("_runtime",)] >= 0
        step = items.pop(("trainer/global_step",))
        for key, value in items.items():
            if key[0].startswith("_"):
                continue
            if len(key) == 2:
                pictures += key[1] == "path"
                if key[1] == "path":
                    assert (latest / "files" / value).read_bytes().startswith(b"\x89PNG"), value
            else:
                series.setdefault(key[0], []).append((step, value))
    assert series == logged(out)
    assert seen == list(range(len(seen)))
    assert pictures == len(of_kind(records, "files")) and pictures >= 5
    summary = {}
    for record in of_kind(records, "summary"):
        summary.update({tuple(item.nested_key): json.loads(item.value_json) for item in record.update})
    assert summary[("val_loss",)] == logged(out)["val_loss"][-1][1]
    assert [exit.exit_code for exit in of_kind(records, "exit")] == [0]
    assert records[0].WhichOneof("record_type") == "header"

    errors = run(["train", "--out", str(folder / "no"), "--model", "picodet/s-416", "--data",
                  str(data), "logger_args.wandb={offline: true, log_model: true}"], code=2)
    assert "logger_args.wandb.log_model" in errors and not (folder / "no").exists()
print("ok")
