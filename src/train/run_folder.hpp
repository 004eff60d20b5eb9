// The folder of a training run and the names in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace saker {

class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  // Throws Error (usage) when path is empty or a file, or a folder that holds something and neither
  // overwrite nor resume is set.
  static void require_usable(const std::filesystem::path& path, bool overwrite, bool resume);

  // Makes the folder; nothing in it is ever deleted. Throws Error (io).
  void make() const;
  // But for this: half-written files of processes that were killed. Never throws.
  void remove_leftovers() const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path train_log() const { return path_ / "train.log"; }
  std::filesystem::path metrics_jsonl() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }
  // For the report: the machine, and what the best validation found.
  std::filesystem::path system() const { return path_ / "system.json"; }
  std::filesystem::path best_validation() const { return path_ / "best_validation.json"; }
  std::filesystem::path report() const { return path_ / "report.html"; }
  std::filesystem::path last_checkpoint() const { return path_ / "checkpoints" / "last.ckpt"; }
  std::filesystem::path best_checkpoint() const { return path_ / "checkpoints" / "best.ckpt"; }
  std::filesystem::path exported_last() const {
    return path_ / "exported_models" / "exported_last.pt";
  }
  std::filesystem::path exported_best() const {
    return path_ / "exported_models" / "exported_best.pt";
  }
  // Of a process whose step went wrong.
  std::filesystem::path step_capture(std::int64_t rank) const {
    return path_ / "debug" / "nan_capture" / ("rank" + std::to_string(rank)) / "nan_capture.pt";
  }
  std::filesystem::path image_examples() const { return path_ / "image_examples"; }

 private:
  std::filesystem::path path_;
};

}  // namespace saker
