#include "image_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace saker {

ImageProgress::ImageProgress() : shown_(::isatty(STDERR_FILENO) != 0) {}

void ImageProgress::operator()(std::int64_t done, std::int64_t total) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (done < total && now - latest_ < std::chrono::milliseconds(100)) return;
  latest_ = now;
  fmt::print(stderr, "\r{}/{} images ", done, total);
  if (done == total) fmt::print(stderr, "\n");
  std::fflush(stderr);
}

}  // namespace saker
