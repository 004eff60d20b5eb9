// Counter-based random numbers.
//
// A stream is a pure function of its key, so that a sample's draws depend on nothing but (seed,
// purpose, epoch, index): not on the number of threads, not on what was drawn before a resume.
//
//   RandomStream draws({.seed = 0, .purpose = "augment", .epoch = 3, .index = 17});
//   if (draws.uniform() < 0.5) flip();
//
// Source: Philox4x32-10 of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace saker {

struct RandomKey {
  std::uint64_t seed = 0;
  std::string_view purpose;  // what is drawn; streams of different purposes are independent
  std::uint64_t epoch = 0;   // < 2^32
  std::uint64_t index = 0;   // < 2^32
};

class RandomStream {
 public:
  explicit RandomStream(const RandomKey& key);

  std::uint32_t bits();
  // In [0, 1), with 53 random bits.
  double uniform();
  // In [low, high); low when both are equal.
  double uniform(double low, double high);
  // Each of low..high, both included, with equal probability. Requires low <= high.
  std::int64_t uniform_int(std::int64_t low, std::int64_t high);
  // Standard normal (Box-Muller).
  double normal();
  // 0..count-1 in a uniformly random order (Fisher-Yates).
  std::vector<std::int64_t> permutation(std::int64_t count);

 private:
  void refill();

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

}  // namespace saker
