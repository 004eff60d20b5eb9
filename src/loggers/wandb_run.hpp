// A Weights & Biases run as a folder that `wandb sync` uploads:
//
//   wandb/offline-run-<YYYYMMDD_HHMMSS>-<id>/run-<id>.wandb     records
//   wandb/offline-run-<...>/files/media/images/                 pictures
//   wandb/latest-run                                            link to the newest
//
// Nothing is sent while the training runs. Unless offline is asked for, close starts `wandb sync`.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "loggers/logger_settings.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/tracker_notices.hpp"
#include "loggers/wandb_datastore.hpp"

namespace saker_wandb {
class Record;
}

namespace saker {

class WandbRun final : public MetricLogger {
 public:
  // Makes the folder below `out`. Throws Error (io) when it cannot be written, as do the functions
  // below.
  WandbRun(const std::filesystem::path& out, WandbSettings settings, TrackerNotices notices);
  WandbRun(const WandbRun&) = delete;
  WandbRun& operator=(const WandbRun&) = delete;
  // Closes as failed what nobody has closed, without an upload.
  ~WandbRun() override;

  void log_scalars(std::int64_t step, const Scalars& scalars) override;
  void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) override;
  void log_hyperparameters(const Value& settings) override;
  void log_model(const std::filesystem::path& file) override;
  void flush() override {}
  // Uploads wait at most ten minutes, and not at all after an interruption.
  void close(RunOutcome outcome) override;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  // A key of the history and its JSON text; nested keys are those of a map.
  struct Entry {
    std::vector<std::string> keys;
    std::string json;
  };

  void write(saker_wandb::Record& record);
  void write_header(const Value& settings);
  void write_history(std::int64_t step, std::vector<Entry> entries);
  void write_file_record(const std::string& path);
  void keep_models();
  void end(RunOutcome outcome);
  void upload(RunOutcome outcome) const;
  double runtime() const;  // seconds

  WandbSettings settings_;
  TrackerNotices notices_;
  std::string id_;
  std::chrono::system_clock::time_point start_;
  std::filesystem::path folder_;
  WandbDatastore datastore_;
  std::int64_t record_number_ = 0;
  std::int64_t event_number_ = 0;
  std::vector<std::filesystem::path> models_;
  bool is_closed_ = false;
};

}  // namespace saker
