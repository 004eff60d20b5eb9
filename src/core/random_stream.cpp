#include "core/random_stream.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace saker {
namespace {

// FNV-1a: turns a purpose's name into bits.
std::uint64_t hash(std::string_view text, std::uint64_t state) {
  for (const char c : text) {
    state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return state;
}

std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

RandomStream::RandomStream(const RandomKey& key) {
  std::uint64_t mixed =
      hash(key.purpose, 0xcbf29ce484222325ULL) ^ (key.seed * 0x9E3779B97F4A7C15ULL);
  mixed ^= mixed >> 29;
  mixed *= 0xBF58476D1CE4E5B9ULL;
  mixed ^= mixed >> 32;
  key_ = {low(mixed), high(mixed)};
  counter_ = {0, low(key.seed), low(key.epoch), low(key.index)};
}

void RandomStream::refill() {
  std::array<std::uint32_t, 4> x = counter_;
  std::array<std::uint32_t, 2> k = key_;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = 0xD2511F53ULL * x[0];
    const std::uint64_t product1 = 0xCD9E8D57ULL * x[2];
    x = {high(product1) ^ x[1] ^ k[0], low(product1), high(product0) ^ x[3] ^ k[1], low(product0)};
    k[0] += 0x9E3779B9U;
    k[1] += 0xBB67AE85U;
  }
  block_ = x;
  ++counter_[0];
  used_ = 0;
}

std::uint32_t RandomStream::bits() {
  if (used_ == 4) refill();
  return block_[static_cast<std::size_t>(used_++)];
}

double RandomStream::uniform() {
  const std::uint64_t upper = bits() >> 5;
  const std::uint64_t lower = bits() >> 6;
  return static_cast<double>((upper << 26) | lower) * 0x1p-53;
}

double RandomStream::uniform(double low_bound, double high_bound) {
  return low_bound + (high_bound - low_bound) * uniform();
}

std::int64_t RandomStream::uniform_int(std::int64_t low_bound, std::int64_t high_bound) {
  const std::uint64_t count =
      static_cast<std::uint64_t>(high_bound) - static_cast<std::uint64_t>(low_bound) + 1;
  if (count == 0) {  // the whole range of 64 bits
    const std::uint64_t upper = bits();
    return static_cast<std::int64_t>((upper << 32) | bits());
  }
  // Rejection keeps every value equally likely.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % count + 1) % count;
  for (;;) {
    const std::uint64_t upper = bits();
    const std::uint64_t value = (upper << 32) | bits();
    if (value <= limit)
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(low_bound) + value % count);
  }
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = count - 1; i > 0; --i) {
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(uniform_int(0, i))]);
  }
  return order;
}

}  // namespace saker
