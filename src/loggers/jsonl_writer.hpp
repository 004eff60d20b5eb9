// metrics.jsonl: one JSON object a log event, e.g. {"step": 9, "train_loss": 3.4, "learning_rate":
// 0.001, "epoch": 0}.
#pragma once

#include <filesystem>
#include <fstream>

#include "loggers/metric_logger.hpp"

namespace saker {

class JsonlWriter final : public MetricLogger {
 public:
  // Appends to the file. Throws Error (io) when it cannot be opened or written.
  explicit JsonlWriter(std::filesystem::path path);

  // Values that are not finite become null. Each line is flushed. A file that was removed begins
  // anew once its folder is there.
  void log_scalars(std::int64_t step, const Scalars& scalars) override;
  void log_image(std::int64_t, const std::string&, const EncodedImage&) override {}
  void log_hyperparameters(const Value&) override {}
  void log_model(const std::filesystem::path&) override {}
  void flush() override {}
  void close(RunOutcome) override { file_.close(); }

 private:
  void reopen_if_removed();

  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace saker
