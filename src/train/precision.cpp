#include "train/precision.hpp"

#include <ATen/Context.h>

#include <array>
#include <utility>

#include "nn/processor_level.hpp"

namespace saker {
namespace {

struct Word {
  const char* text;
  Precision precision;
};
// The long form of each precision comes first.
constexpr std::array<Word, 6> kWords = {{{"32-true", Precision::kFloat32},
                                         {"bf16-mixed", Precision::kBfloat16Mixed},
                                         {"16-mixed", Precision::kFloat16Mixed},
                                         {"32", Precision::kFloat32},
                                         {"bf16", Precision::kBfloat16Mixed},
                                         {"16", Precision::kFloat16Mixed}}};

}  // namespace

std::string to_string(Precision precision) {
  for (const Word& word : kWords) {
    if (word.precision == precision) return word.text;
  }
  return {};
}

std::optional<Precision> precision_of(const std::string& text) {
  for (const Word& word : kWords) {
    if (text == word.text) return word.precision;
  }
  return std::nullopt;
}

const std::vector<std::string>& precision_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const Word& word : kWords) all.emplace_back(word.text);
    return all;
  }();
  return words;
}

bool has_native_bfloat16(const torch::Device& device) {
  if (device.is_cpu()) return best_bfloat16_level() != Bfloat16Level::kNone;
  // Compute capability 8.0 and later.
  return device.is_cuda() && at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

}  // namespace saker
