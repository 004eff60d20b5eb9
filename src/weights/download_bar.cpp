#include "weights/download_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace saker {
namespace {

constexpr std::chrono::milliseconds kBetween{100};
constexpr double kMegabyte = 1e6;

}  // namespace

std::string download_line(const std::string& name,
                          std::uint64_t done,
                          std::optional<std::uint64_t> total,
                          std::uint64_t first,
                          double seconds) {
  const double megabytes = static_cast<double>(done) / kMegabyte;
  const double rate = seconds > 0 ? static_cast<double>(done - first) / kMegabyte / seconds : 0.0;
  if (!total || *total == 0)
    return fmt::format("{}  {:.1f} MB, {:.1f} MB/s", name, megabytes, rate);
  constexpr std::size_t kWidth = 30;
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kWidth));
  return fmt::format("{}  [{}{}]  {:.1f} of {:.1f} MB, {:.1f} MB/s",
                     name,
                     std::string(filled, '#'),
                     std::string(kWidth - filled, ' '),
                     megabytes,
                     static_cast<double>(*total) / kMegabyte,
                     rate);
}

DownloadBar::DownloadBar(std::string name)
    : name_(std::move(name)), is_terminal_(::isatty(STDERR_FILENO) != 0) {}

DownloadBar::~DownloadBar() {
  if (is_shown_) std::fputc('\n', stderr);
}

void DownloadBar::show(std::uint64_t done, std::optional<std::uint64_t> total) {
  if (!is_terminal_) return;
  const Clock::time_point now = Clock::now();
  const bool is_last = total == done;
  if (!first_ || done < *first_) first_ = done, start_ = now;
  if (!is_last && now - last_ < kBetween) return;
  last_ = now;
  is_shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  // The end of a longer line before this one is erased.
  fmt::print(stderr, "\r{}\033[K", download_line(name_, done, total, *first_, seconds));
  std::fflush(stderr);
}

}  // namespace saker
