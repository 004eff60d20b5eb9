// The folder of a training run and the names in it.
#pragma once

#include <filesystem>

namespace saker {

class RunFolder {
 public:
  // Makes the folder. Throws Error (usage) when it is a file, or holds something and neither overwrite nor resume is set;
  // nothing in it is ever deleted.
  RunFolder(const std::filesystem::path& path, bool overwrite, bool resume);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path train_log() const { return path_ / "train.log"; }
  std::filesystem::path metrics_jsonl() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }
  std::filesystem::path last_checkpoint() const { return path_ / "checkpoints" / "last.ckpt"; }
  std::filesystem::path best_checkpoint() const { return path_ / "checkpoints" / "best.ckpt"; }
  std::filesystem::path exported_last() const { return path_ / "exported_models" / "exported_last.pt"; }
  std::filesystem::path exported_best() const { return path_ / "exported_models" / "exported_best.pt"; }
  std::filesystem::path image_examples() const { return path_ / "image_examples"; }

 private:
  std::filesystem::path path_;
};

}  // namespace saker
