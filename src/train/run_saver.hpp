// Writes a run's checkpoints and models, into a folder that others may have touched meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "loggers/metric_logger.hpp"
#include "loggers/run_log.hpp"
#include "train/checkpoint.hpp"
#include "train/run_folder.hpp"

namespace saker {

class RunSaver {
 public:
  // Made once the run's config.yaml is written. All must outlive it.
  RunSaver(const RunFolder& folder, RunLog& log, MetricLogger& metrics);

  // last.ckpt and exported_last.pt; best.ckpt and exported_best.pt. What was removed from the run
  // folder while the run goes on is made again, with a warning. Throws Error (io) that names the
  // file; what was there before stays.
  void save_last(const CheckpointSource& source);
  void save_best(const CheckpointSource& source);
  // best_validation.json, likewise.
  void save_best_validation(const Value& validation);
  // exported_best.pt with the bytes of exported_last.pt, where the latest weights count as the
  // best.
  void export_last_as_best();

  // 0-based step of the latest last.ckpt.
  std::optional<std::int64_t> last_saved() const { return last_saved_; }
  void set_last_saved(std::int64_t step) { last_saved_ = step; }

 private:
  void mend_folder();
  void write(const std::filesystem::path& file, const std::function<void()>& write_file);

  const RunFolder& folder_;
  RunLog& log_;
  MetricLogger& metrics_;
  std::string config_;
  std::optional<std::int64_t> last_saved_;
};

}  // namespace saker
