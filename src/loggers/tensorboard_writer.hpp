// Event files for TensorBoard.
//
//   TensorBoardWriter writer("out");
//   writer.log_scalars(9, {{"train_loss", 3.4}});
//
// Source: TensorFlow's event and record formats and TensorBoard's hparams plugin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "loggers/logger_settings.hpp"
#include "loggers/metric_logger.hpp"

namespace saker {

class TensorBoardWriter final : public MetricLogger {
 public:
  // Opens a new file "events.out.tfevents.<unix seconds>.<host>.<process id>.<n>" in
  // folder/name/version/sub_dir, which is made when missing; n is 0 unless that name is taken.
  // Throws Error (io) when it cannot be written, as do the functions below.
  explicit TensorBoardWriter(const std::filesystem::path& folder,
                             const TensorBoardSettings& settings = {});

  // Each call reaches the disk before it returns. Values are stored as float32.
  void log_scalars(std::int64_t step, const Scalars& scalars) override;
  void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) override;
  // Writes the settings with paths "a/b/c" and, with default_hp_metric, the scalar hp_metric = -1,
  // under which the hparams page lists a run.
  void log_hyperparameters(const Value& settings) override;
  void log_model(const std::filesystem::path&) override {}
  void flush() override;
  void close(RunOutcome) override;

  const std::filesystem::path& path() const { return path_; }

 private:
  void write(std::string_view payload);

  TensorBoardSettings settings_;
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace saker
