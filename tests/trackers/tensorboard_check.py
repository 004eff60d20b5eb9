"""TensorBoard's own reader finds in the event file what metrics.jsonl says."""

import struct

from training import folder_of, logged, make_data, skip, temporary_folder, train

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
except ImportError as error:
    skip(f"no TensorBoard: {error}")


def as_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


with temporary_folder() as temporary:
    folder = folder_of(temporary)
    data = make_data(folder)
    out = folder / "run"
    train(out, data)
    events = EventAccumulator(str(out), size_guidance={"scalars": 0, "images": 0})
    events.Reload()

    series = logged(out)
    assert set(events.Tags()["scalars"]) == set(series) | {"hp_metric"}, events.Tags()["scalars"]
    for tag, points in series.items():
        read = [(point.step, point.value) for point in events.Scalars(tag)]
        assert read == [(step, as_float32(value)) for step, value in points], tag

    images = events.Tags()["images"]
    assert {"train_images/labels_0", "val_images/labels_0", "val_images/predictions_0"} <= set(images)
    for tag in images:
        for image in events.Images(tag):
            assert image.encoded_image_string.startswith(b"\x89PNG"), tag
            assert image.width > 0 and image.height > 0, tag

    content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    start = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
    assert start.hparams["steps"].number_value == 4
    assert start.hparams["model"].string_value == "picodet/s-416"

    sub = folder / "sub"
    train(sub, data, "logger_args.tensorboard.name=n", "logger_args.tensorboard.version=v",
          "logger_args.tensorboard.sub_dir=s", "logger_args.tensorboard.prefix=p",
          "logger_args.tensorboard.default_hp_metric=false", steps=2)
    events = EventAccumulator(str(sub / "n" / "v" / "s"))
    events.Reload()
    assert set(events.Tags()["scalars"]) == {f"p-{tag}" for tag in logged(sub)}
print("ok")
