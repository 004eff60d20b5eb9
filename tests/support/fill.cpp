#include "fill.hpp"

#include <cmath>

namespace saker::test {
namespace {

std::uint64_t fnv1a64(const std::string& text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

std::string last_component(const std::string& key) { return key.substr(key.rfind('.') + 1); }

}  // namespace

std::vector<double> unit(const std::string& name, std::int64_t count) {
  const std::uint64_t seed = fnv1a64(name);
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    values[i] = static_cast<double>(z >> 40) / 16777216.0;
  }
  return values;
}

std::vector<float> uniform(const std::string& name, std::int64_t count, double low, double high) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(count));
  for (const double u : unit(name, count))
    values.push_back(static_cast<float>(low + (high - low) * u));
  return values;
}

std::vector<float> parameter(const std::string& key, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  const std::string last = last_component(key);
  const bool is_bias = last == "bias" || last.ends_with("_bias");
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(count));
  const double scale =
      shape.size() <= 1
          ? 0.0
          : std::sqrt(3.0 / (static_cast<double>(count) / static_cast<double>(shape[0])));
  for (const double u : unit(key, count)) {
    const double s = 2.0 * u - 1.0;
    const double value = shape.size() > 1 ? s * scale : is_bias ? 0.05 * s : 1.0 + 0.1 * s;
    values.push_back(static_cast<float>(value));
  }
  return values;
}

std::vector<float> running_statistic(const std::string& key, std::int64_t count) {
  const bool is_mean = last_component(key) == "running_mean";
  std::vector<float> values;
  for (const double u : unit(key, count)) {
    values.push_back(static_cast<float>(is_mean ? 0.1 * (2.0 * u - 1.0) : 1.0 + 0.2 * u));
  }
  return values;
}

std::vector<std::uint8_t> noise_u8(const std::string& name, std::int64_t count) {
  std::vector<std::uint8_t> values;
  values.reserve(static_cast<std::size_t>(count));
  for (const double u : unit(name, count)) values.push_back(static_cast<std::uint8_t>(256.0 * u));
  return values;
}

}  // namespace saker::test
