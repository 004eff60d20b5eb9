// A download's progress on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace saker {

//   weights.pth  [##########          ]  51.3 of 98.1 MB, 12.4 MB/s
//
// Nothing is shown when standard error is no terminal.
class DownloadBar {
 public:
  explicit DownloadBar(std::string name);
  DownloadBar(const DownloadBar&) = delete;
  DownloadBar& operator=(const DownloadBar&) = delete;
  // Ends the line.
  ~DownloadBar();

  void show(std::uint64_t done, std::optional<std::uint64_t> total);

 private:
  using Clock = std::chrono::steady_clock;
  std::string name_;
  bool is_terminal_;
  bool is_shown_ = false;
  std::optional<std::uint64_t> first_;
  Clock::time_point start_ = Clock::now(), last_ = {};
};

// The line for a state; seconds: since `first` bytes were there.
std::string download_line(const std::string& name,
                          std::uint64_t done,
                          std::optional<std::uint64_t> total,
                          std::uint64_t first,
                          double seconds);

}  // namespace saker
