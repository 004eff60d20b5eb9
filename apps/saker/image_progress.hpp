// How far a command has come, on one line of standard error.
#pragma once

#include <chrono>
#include <cstdint>

namespace saker {

// On a terminal alone, and not more often than it can be read.
class ImageProgress {
 public:
  ImageProgress();

  void operator()(std::int64_t done, std::int64_t total);

 private:
  bool shown_;
  std::chrono::steady_clock::time_point latest_{};
};

}  // namespace saker
