#include "detectors/ltdetr/decoder_initialization.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include "nn/default_initialization.hpp"
#include "nn/initialization.hpp"

namespace saker {
namespace {

constexpr std::string_view kPrefix = "decoder.";

constexpr std::array<std::string_view, 8> kXavier = {"enc_output.proj.weight",
                                                     ".linear1.weight",
                                                     ".linear2.weight",
                                                     ".value_proj.weight",
                                                     ".output_proj.weight",
                                                     "query_pos_head.layers.0.weight",
                                                     "query_pos_head.layers.1.weight",
                                                     ".conv.weight"};
constexpr std::array<std::string_view, 11> kZero = {".value_proj.bias",
                                                    ".output_proj.bias",
                                                    ".sampling_offsets.weight",
                                                    ".attention_weights.weight",
                                                    ".attention_weights.bias",
                                                    ".gateway.gate.weight",
                                                    ".gateway.gate.bias",
                                                    "bbox_head.layers.2.weight",
                                                    "bbox_head.layers.2.bias",
                                                    ".reg_conf.layers.1.weight",
                                                    ".reg_conf.layers.1.bias"};

template <std::size_t N>
bool ends_with_any(std::string_view key, const std::array<std::string_view, N>& endings) {
  return std::ranges::any_of(endings,
                             [&](std::string_view ending) { return key.ends_with(ending); });
}

// "dec_bbox_head.3.layers.2.bias" and the like.
bool is_last_of_box_head(std::string_view key) {
  return key.starts_with("dec_bbox_head.") && key.find(".layers.2.") != std::string_view::npos;
}

bool is_score_bias(std::string_view key) {
  return key.find("_score_head") != std::string_view::npos && key.ends_with(".bias");
}

}  // namespace

torch::Tensor initial_offsets(std::int64_t heads, const LevelSizes& points) {
  std::vector<float> offsets;
  for (std::int64_t m = 0; m < heads; ++m) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(m) / static_cast<double>(heads);
    const double x = std::cos(angle), y = std::sin(angle);
    const double longer = std::max(std::abs(x), std::abs(y));
    for (const std::int64_t count : points) {
      for (std::int64_t i = 1; i <= count; ++i) {
        offsets.push_back(static_cast<float>(x / longer * static_cast<double>(i)));
        offsets.push_back(static_cast<float>(y / longer * static_cast<double>(i)));
      }
    }
  }
  return torch::tensor(offsets);
}

void initialize_decoder(torch::nn::Module& decoder,
                        const DecoderConfig& config,
                        std::uint64_t seed) {
  initialize_by_default(decoder, seed, std::string(kPrefix));
  const torch::NoGradGuard no_grad;
  for (auto& item : decoder.named_parameters()) {
    const std::string& key = item.key();
    torch::Tensor& parameter = item.value();
    const WeightKey draws{.seed = seed, .name = std::string(kPrefix) + key};
    if (ends_with_any(key, kXavier)) {
      fill_xavier_uniform(parameter, draws);
    } else if (ends_with_any(key, kZero) || is_last_of_box_head(key)) {
      parameter.zero_();
    } else if (is_score_bias(key)) {
      parameter.fill_(-std::log(99.0));
    } else if (key.ends_with(".sampling_offsets.bias")) {
      parameter.copy_(initial_offsets(config.heads, config.points));
    } else if (key == "denoising_class_embed.weight") {
      fill_normal(parameter, 1, draws);
      parameter.select(0, parameter.size(0) - 1).zero_();
    }
  }
}

}  // namespace saker
