// What waits to be sent to an MLflow server, bounded. Not thread-safe: its owner locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "loggers/metric_logger.hpp"

namespace saker {

// Times are milliseconds since 1970, taken when a thing was logged.
struct MlflowMetrics {
  std::int64_t step = 0, timestamp_ms = 0;
  Scalars scalars;
};
struct MlflowPicture {
  std::int64_t step = 0, timestamp_ms = 0;
  std::string tag;
  std::vector<std::byte> png, preview_webp;
};
struct MlflowModel {
  std::filesystem::path file;
};
using MlflowEntry = std::variant<MlflowMetrics, MlflowPicture, MlflowModel>;

// Log events, pictures and models.
struct MlflowCounts {
  std::int64_t metrics = 0, pictures = 0, models = 0;

  void add(const MlflowEntry& entry);
  void add(const MlflowCounts& other);
  bool empty() const { return metrics == 0 && pictures == 0 && models == 0; }
  std::string text() const;  // "2 log events, 1 picture"
};

class MlflowQueue {
 public:
  explicit MlflowQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Adds an entry. When more than max_bytes would wait, the oldest picture goes, or the oldest log
  // event when no picture is left. A model that waits already is not added again: what is sent is
  // its file as it is then.
  void push(MlflowEntry entry);
  std::optional<MlflowEntry> pop();
  // Log events at the front, as long as they hold at most max_values in all.
  std::vector<MlflowMetrics> pop_metrics(std::size_t max_values);

  bool empty() const { return entries_.empty(); }
  std::size_t bytes() const { return bytes_; }
  const MlflowCounts& dropped() const { return dropped_; }
  // Of what waits.
  MlflowCounts counts() const;

 private:
  void drop_one();
  void remove(std::deque<MlflowEntry>::iterator entry);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::deque<MlflowEntry> entries_;
  MlflowCounts dropped_;
};

}  // namespace saker
