#include "train/unreadable_images.hpp"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "core/random_stream.hpp"

namespace saker {
namespace {

constexpr std::size_t kToldByPath = 10;

}  // namespace

std::int64_t replacement_of(std::int64_t index,
                            std::int64_t tries,
                            std::int64_t dataset_size,
                            std::uint64_t seed) {
  RandomStream draws({.seed = seed,
                      .purpose = "in place of an unreadable image",
                      .epoch = static_cast<std::uint64_t>(tries),
                      .index = static_cast<std::uint64_t>(index)});
  const std::int64_t other = draws.uniform_int(0, dataset_size - 2);
  return other < index ? other : other + 1;
}

void UnreadableImages::add(const std::string& path, const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (++uses_[path] > 1) return;
  if (uses_.size() <= kToldByPath) {
    new_lines_.push_back(
        fmt::format("An image cannot be read; such images {}: {}", fate_, error.what()));
  } else if (uses_.size() == kToldByPath + 1) {
    new_lines_.push_back(fmt::format(
        "More than {} images cannot be read; from here on they are only counted", kToldByPath));
  }
}

std::vector<std::string> UnreadableImages::new_lines() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(new_lines_, {});
}

std::string UnreadableImages::summary() const {
  const std::int64_t count = images();
  if (count == 0) return {};
  return fmt::format("{} {} could not be read in this run; such images {} ({} {} in all)",
                     count,
                     count == 1 ? "image" : "images",
                     fate_,
                     uses(),
                     uses() == 1 ? "time" : "times");
}

std::int64_t UnreadableImages::images() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::int64_t>(uses_.size());
}

std::int64_t UnreadableImages::uses() const {
  const std::scoped_lock lock(mutex_);
  return std::accumulate(
      uses_.begin(), uses_.end(), std::int64_t{0}, [](std::int64_t sum, const auto& entry) {
        return sum + entry.second;
      });
}

}  // namespace saker
