// Images of a data set that turn out to be unreadable while the training runs: deleted, truncated,
// on a disk that went away.
//
// One of these for each split, shared by the loader's threads, which add to it, and the run, which
// tells of them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "saker/error.hpp"

namespace saker {

// image_args.unreadable. kFail: the run stops, with its progress saved. kReplace: training takes
// another image in its place, validation leaves it out.
enum class UnreadablePolicy { kFail, kReplace };

// The index of the image that training takes in place of `index`: a function of its arguments, so
// that a resumed run takes the same. tries: how many were unreadable before; the data set must have
// another image.
std::int64_t replacement_of(std::int64_t index,
                            std::int64_t tries,
                            std::int64_t dataset_size,
                            std::uint64_t seed);

// How many others are tried before the run stops.
inline constexpr std::int64_t kMostReplacements = 20;

// What reading an image threw, under kFail.
class UnreadableImageError : public Error {
 public:
  explicit UnreadableImageError(const Error& error) : Error(error) {}
};

// Safe from several threads.
class UnreadableImages {
 public:
  // What becomes of them, for the log: "are replaced by others", "are left out".
  explicit UnreadableImages(std::string fate) : fate_(std::move(fate)) {}

  // An image could not be read, for the reason of the error, which names it.
  void add(const std::string& path, const Error& error);

  // Lines for the log since the last call: the first ten images one by one, then how many more.
  std::vector<std::string> new_lines();
  // For the end of the run; empty when all could be read.
  std::string summary() const;

  std::int64_t images() const;
  // Counts an image each time it was asked for.
  std::int64_t uses() const;

 private:
  std::string fate_;
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> uses_;  // by path
  std::vector<std::string> new_lines_;
};

}  // namespace saker
