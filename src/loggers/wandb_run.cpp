#include "loggers/wandb_run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <random>
#include <system_error>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/environment.hpp"
#include "core/sha256.hpp"
#include "loggers/wandb_sync.hpp"
#include "saker/error.hpp"
#include "saker/version.hpp"
#include "wandb_record.pb.h"

namespace saker {
namespace {

namespace proto = saker_wandb;

constexpr const char* kStepKey = "trainer/global_step";
constexpr int kFailedCode = 1, kInterruptedCode = 130;

// Eight letters and digits. They name the run; the training does not depend on them.
std::string random_id() {
  constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> index(0, kCharacters.size() - 1);
  std::string id;
  for (int i = 0; i < 8; ++i) id += kCharacters[index(device)];
  return id;
}

// JSON as Python reads it, whose numbers may be NaN.
std::string json_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Value(value).to_json();
}

std::string json_text(const std::string& text) { return Value(text).to_json(); }

// A tag as part of a path, which stays below its folder.
std::string path_text(const std::string& tag) {
  std::string text = tag;
  for (char& c : text) {
    const bool is_fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                         (c >= 'A' && c <= 'Z') || c == '_' || c == '/' || c == '.' || c == '-';
    if (!is_fine) c = '_';
  }
  for (std::size_t at; (at = text.find("..")) != std::string::npos;) text.replace(at, 2, "__");
  text.erase(0, text.find_first_not_of('/'));
  return text;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// A new folder; a name that is taken, by a run of the same second, counts the seconds on.
std::filesystem::path make_folder(const std::filesystem::path& wandb,
                                  const std::string& id,
                                  std::chrono::system_clock::time_point start) {
  std::filesystem::path folder;
  std::error_code error;
  do {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(start);
    folder = wandb / fmt::format("offline-run-{:%Y%m%d_%H%M%S}-{}", fmt::localtime(seconds), id);
    start += std::chrono::seconds(1);
  } while (std::filesystem::exists(folder, error));
  for (const char* name : {"files", "logs", "tmp"}) {
    std::filesystem::create_directories(folder / name, error);
    if (error) {
      throw Error(ErrorKind::kIo,
                  fmt::format("{}: cannot make this folder: {}", folder.string(), error.message()));
    }
  }
  return folder;
}

// For people; a file system without links does without it.
void link_latest(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::path link = folder.parent_path() / "latest-run";
  const std::filesystem::path fresh = folder.parent_path() / "latest-run.new";
  std::filesystem::remove(fresh, error);
  std::filesystem::create_directory_symlink(folder.filename(), fresh, error);
  if (!error) std::filesystem::rename(fresh, link, error);
}

}  // namespace

WandbRun::WandbRun(const std::filesystem::path& out, WandbSettings settings, TrackerNotices notices)
    : settings_(std::move(settings)),
      notices_(std::move(notices)),
      id_(settings_.id.value_or(random_id())),
      start_(std::chrono::system_clock::now()),
      folder_(make_folder(out / "wandb", id_, start_)),
      datastore_(folder_ / fmt::format("run-{}.wandb", id_)) {
  link_latest(folder_);
}

WandbRun::~WandbRun() {
  if (is_closed_) return;
  try {
    end(RunOutcome::kFailed);
  } catch (const std::exception&) {
    // The folder ends where the disk did.
  }
}

double WandbRun::runtime() const {
  return std::chrono::duration<double>(std::chrono::system_clock::now() - start_).count();
}

void WandbRun::write(proto::Record& record) {
  record.set_num(++record_number_);
  record.mutable_info()->set_stream_id(id_);
  datastore_.append(record.SerializeAsString());
}

void WandbRun::write_header(const Value& settings) {
  proto::Record header;
  proto::VersionInfo* version = header.mutable_header()->mutable_version_info();
  version->set_producer(std::string("saker-") + kVersion);
  version->set_min_consumer("0.70.0");  // of the record format
  write(header);

  proto::Record record;
  proto::RunRecord* run = record.mutable_run();
  run->set_run_id(id_);
  if (const auto entity = environment("WANDB_ENTITY")) run->set_entity(*entity);
  run->set_project(settings_.project);
  run->set_display_name(settings_.name.value_or(""));
  run->set_host(host_name());
  const auto since =
      std::chrono::duration_cast<std::chrono::nanoseconds>(start_.time_since_epoch());
  constexpr std::int64_t kNanos = 1'000'000'000;
  run->mutable_start_time()->set_seconds(since.count() / kNanos);
  run->mutable_start_time()->set_nanos(static_cast<std::int32_t>(since.count() % kNanos));
  if (settings.is_object()) {
    for (const auto& [key, value] : settings.as_object()) {
      proto::Item* item = run->mutable_config()->add_update();
      item->set_key(key_text(key));
      item->set_value_json(value.to_json());
    }
  }
  write(record);

  // The optimizer's step is the x axis of everything.
  proto::Record axis;
  axis.mutable_metric()->set_name(kStepKey);
  axis.mutable_metric()->mutable_options()->set_defined(true);
  write(axis);
  proto::Record metrics;
  metrics.mutable_metric()->set_glob_name("*");
  metrics.mutable_metric()->set_step_metric(kStepKey);
  metrics.mutable_metric()->mutable_options()->set_step_sync(true);
  metrics.mutable_metric()->mutable_options()->set_defined(true);
  write(metrics);
}

void WandbRun::log_hyperparameters(const Value& settings) { write_header(settings); }

void WandbRun::write_history(std::int64_t step, std::vector<Entry> entries) {
  const double seconds = runtime();
  const double start = std::chrono::duration<double>(start_.time_since_epoch()).count();
  entries.push_back({{kStepKey}, std::to_string(step)});
  entries.push_back({{"_timestamp"}, json_number(start + seconds)});
  entries.push_back({{"_runtime"}, json_number(seconds)});
  entries.push_back({{"_step"}, std::to_string(event_number_)});
  proto::Record summary, history;
  const auto fill = [](const Entry& entry, proto::Item* item) {
    for (const std::string& key : entry.keys) item->add_nested_key(key);
    item->set_value_json(entry.json);
  };
  for (const Entry& entry : entries) {
    fill(entry, summary.mutable_summary()->add_update());
    fill(entry, history.mutable_history()->add_item());
  }
  history.mutable_history()->mutable_step()->set_num(event_number_);
  write(summary);
  write(history);
  ++event_number_;
}

void WandbRun::log_scalars(std::int64_t step, const Scalars& scalars) {
  std::vector<Entry> entries;
  for (const auto& [tag, value] : scalars)
    entries.push_back({{prefixed_tag(settings_.prefix, tag)}, json_number(value)});
  write_history(step, std::move(entries));
}

void WandbRun::write_file_record(const std::string& path) {
  proto::Record record;
  record.mutable_files()->add_files()->set_path(path);
  write(record);
}

void WandbRun::log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) {
  const std::string key = prefixed_tag(settings_.prefix, tag);
  const std::string checksum = to_hex(sha256_of(image.png));
  constexpr std::size_t kHashLength = 20;
  const std::string path = fmt::format(
      "media/images/{}_{}_{}.png", path_text(key), event_number_, checksum.substr(0, kHashLength));
  write_file_atomically(folder_ / "files" / path, image.png);
  write_file_record(path);
  write_history(step,
                {{{key, "_type"}, json_text("image-file")},
                 {{key, "path"}, json_text(path)},
                 {{key, "format"}, json_text("png")},
                 {{key, "sha256"}, json_text(checksum)},
                 {{key, "size"}, std::to_string(image.png.size())},
                 {{key, "height"}, std::to_string(image.height)},
                 {{key, "width"}, std::to_string(image.width)}});
}

void WandbRun::log_model(const std::filesystem::path& file) {
  if (settings_.log_model == ModelUpload::kNever) return;
  if (std::find(models_.begin(), models_.end(), file) == models_.end()) models_.push_back(file);
}

void WandbRun::keep_models() {
  for (const std::filesystem::path& model : models_) {
    const std::filesystem::path path =
        std::filesystem::path(settings_.checkpoint_name) / model.filename();
    const std::filesystem::path copy = folder_ / "files" / path;
    std::error_code error;
    std::filesystem::create_directories(copy.parent_path(), error);
    // Models are replaced, never changed, so that a second name for one keeps it.
    std::filesystem::create_hard_link(model, copy, error);
    if (error) std::filesystem::copy_file(model, copy, error);
    if (error) {
      throw Error(ErrorKind::kIo,
                  fmt::format("{}: cannot be written: {}", copy.string(), error.message()));
    }
    write_file_record(path.string());
  }
}

void WandbRun::end(RunOutcome outcome) {
  is_closed_ = true;
  if (outcome != RunOutcome::kInterrupted) keep_models();
  proto::Record record;
  int code = 0;
  if (outcome == RunOutcome::kFailed) code = kFailedCode;
  if (outcome == RunOutcome::kInterrupted) code = kInterruptedCode;
  record.mutable_exit()->set_exit_code(code);
  record.mutable_exit()->set_runtime(static_cast<std::int32_t>(runtime()));
  write(record);
  datastore_.close();
}

void WandbRun::upload(RunOutcome outcome) const {
  const std::string command = wandb_sync_command(folder_);
  if (settings_.offline || outcome == RunOutcome::kInterrupted) {
    notices_.info(fmt::format("Weights & Biases: `{}` uploads this run", command));
    return;
  }
  const std::string problem = run_wandb_sync(folder_, kWandbSyncPatience);
  if (problem.empty()) {
    notices_.info("Weights & Biases: the run is uploaded");
  } else {
    notices_.warning(fmt::format(
        "Weights & Biases: the run is not uploaded: {}. `{}` does it later", problem, command));
  }
}

void WandbRun::close(RunOutcome outcome) {
  if (is_closed_) return;
  end(outcome);
  upload(outcome);
}

}  // namespace saker
