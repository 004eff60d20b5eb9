#include "loggers/tensorboard_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "loggers/event_record.hpp"
#include "loggers/flat_settings.hpp"
#include "saker/error.hpp"
#include "tensorboard_event.pb.h"

namespace saker {
namespace {

namespace proto = saker_tensorboard;

constexpr std::int32_t kRgb = 3;
constexpr const char* kRunMetric = "hp_metric";

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::filesystem::path new_event_file(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot make this folder: {}", folder.string(), error.message()));
  }
  const auto seconds = static_cast<std::int64_t>(wall_time());
  for (int n = 0;; ++n) {
    const std::filesystem::path path =
        folder /
        fmt::format("events.out.tfevents.{}.{}.{}.{}", seconds, host_name(), ::getpid(), n);
    if (!std::filesystem::exists(path)) return path;
  }
}

proto::Event event_at(std::int64_t step) {
  proto::Event event;
  event.set_wall_time(wall_time());
  event.set_step(step);
  return event;
}

// The record of one step of the hparams page.
std::string hparams_event(const char* tag, const proto::HParams& content) {
  proto::Event event = event_at(0);
  proto::Summary::Value* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  proto::Summary::PluginData* plugin = value->mutable_metadata()->mutable_plugin_data();
  plugin->set_plugin_name("hparams");
  plugin->set_content(content.SerializeAsString());
  return event.SerializeAsString();
}

}  // namespace

TensorBoardWriter::TensorBoardWriter(const std::filesystem::path& folder,
                                     const TensorBoardSettings& settings)
    : settings_(settings),
      path_(new_event_file(folder / settings.name / settings.version / settings.sub_dir)),
      file_(path_, std::ios::binary) {
  if (!file_)
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
  proto::Event event;
  event.set_wall_time(wall_time());
  event.set_file_version("brain.Event:2");
  event.mutable_source_metadata()->set_writer("tensorboard.summary.writer.event_file_writer");
  write(event.SerializeAsString());
  flush();
}

void TensorBoardWriter::write(std::string_view payload) {
  const std::string record = frame_record(payload);
  file_.write(record.data(), static_cast<std::streamsize>(record.size()));
}

void TensorBoardWriter::flush() {
  if (!file_.is_open()) return;
  file_.flush();
  if (!file_)
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be written; is the disk full?", path_.string()));
}

void TensorBoardWriter::close(RunOutcome) {
  flush();
  file_.close();
}

void TensorBoardWriter::log_scalars(std::int64_t step, const Scalars& scalars) {
  for (const auto& [tag, number] : scalars) {
    proto::Event event = event_at(step);
    proto::Summary::Value* value = event.mutable_summary()->add_value();
    value->set_tag(prefixed_tag(settings_.prefix, tag));
    value->set_simple_value(static_cast<float>(number));
    write(event.SerializeAsString());
  }
  flush();
}

void TensorBoardWriter::log_image(std::int64_t step,
                                  const std::string& tag,
                                  const EncodedImage& image) {
  proto::Event event = event_at(step);
  proto::Summary::Value* value = event.mutable_summary()->add_value();
  value->set_tag(prefixed_tag(settings_.prefix, tag));
  value->mutable_image()->set_height(static_cast<std::int32_t>(image.height));
  value->mutable_image()->set_width(static_cast<std::int32_t>(image.width));
  value->mutable_image()->set_colorspace(kRgb);
  value->mutable_image()->set_encoded_image_string(image.png.data(), image.png.size());
  write(event.SerializeAsString());
  flush();
}

void TensorBoardWriter::log_hyperparameters(const Value& settings) {
  proto::HParams experiment, start, end;
  for (const auto& [name, setting] : flatten_settings(settings)) {
    proto::HParams::Info* info = experiment.mutable_experiment()->add_hparam_infos();
    info->set_name(name);
    proto::HParams::Entry* entry = start.mutable_session_start_info()->add_hparams();
    entry->set_key(name);
    if (const auto* number = std::get_if<double>(&setting)) {
      info->set_type(proto::HParams::DATA_TYPE_FLOAT64);
      entry->mutable_value()->set_number_value(*number);
    } else {
      info->set_type(proto::HParams::DATA_TYPE_STRING);
      entry->mutable_value()->set_string_value(std::get<std::string>(setting));
    }
  }
  const std::string run_metric = prefixed_tag(settings_.prefix, kRunMetric);
  if (settings_.default_hp_metric)
    experiment.mutable_experiment()->add_metric_infos()->mutable_name()->set_tag(run_metric);
  start.mutable_session_start_info();  // present even when there are no settings
  end.mutable_session_end_info()->set_status(proto::HParams::STATUS_SUCCESS);

  if (settings_.default_hp_metric) log_scalars(0, {{kRunMetric, -1.0}});
  write(hparams_event("_hparams_/experiment", experiment));
  write(hparams_event("_hparams_/session_start_info", start));
  write(hparams_event("_hparams_/session_end_info", end));
  flush();
}

}  // namespace saker
