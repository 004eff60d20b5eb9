// With which numbers a network computes while it trains.
#pragma once

#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

namespace saker {

// Weights, their update, matching, boxes and losses are float32 in all of them.
enum class Precision {
  kFloat32,
  kBfloat16Mixed,  // the network under autocast to bfloat16
  kFloat16Mixed,   // to float16, with a scaled loss
};

// "32-true", "bf16-mixed" or "16-mixed".
std::string to_string(Precision precision);
// Those words and their short forms 32, bf16 and 16; empty for any other.
std::optional<Precision> precision_of(const std::string& word);
// All words that precision_of takes.
const std::vector<std::string>& precision_words();

// Whether the device computes in bfloat16 rather than emulating it.
bool has_native_bfloat16(const torch::Device& device);

}  // namespace saker
