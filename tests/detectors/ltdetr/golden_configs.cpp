#include "detectors/ltdetr/golden_configs.hpp"

#include <stdexcept>

namespace saker::test {

HybridEncoderConfig golden_encoder_config(const std::string& tag) {
  if (tag == "vitt16") {
    return {.in_channels = {192, 192, 192},
            .width = 192,
            .heads = 8,
            .ffn_width = 512,
            .expansion = 0.34,
            .depth_factor = 0.67,
            .rescale = true};
  }
  HybridEncoderConfig config{.in_channels = {192, 384, 768},
                             .width = 384,
                             .heads = 8,
                             .ffn_width = 2048,
                             .expansion = 1.0,
                             .depth_factor = 1.0,
                             .rescale = true};
  if (tag == "convnext-tiny") return config;
  if (tag != "vits14-noreg") throw std::invalid_argument(tag);
  config.in_channels = {384, 384, 384};
  config.rescale = false;
  return config;
}

DecoderConfig golden_decoder_config(const std::string& tag) {
  DecoderConfig config{.kind = DecoderKind::kRtdetrV2,
                       .in_channels = {192, 192, 192},
                       .strides = {8, 16, 32},
                       .width = 192,
                       .heads = 8,
                       .layers = 4,
                       .ffn_width = 512,
                       .points = {3, 6, 3},
                       .queries = 300,
                       .reg_max = 32,
                       .reg_scale = 4,
                       .box_refine = BoxRefine::kReference};
  if (tag == "rtdetrv2-vitt16") return config;
  if (tag == "rtdetrv2-noreg") {
    config.in_channels = {384, 384, 384};
    config.strides = {14, 14, 14};
    config.width = 256;
    config.layers = 6;
    config.ffn_width = 1024;
    config.points = {4, 4, 4};
    return config;
  }
  config.kind = DecoderKind::kDfine;
  if (tag == "dfine-vitt") return config;
  if (tag != "dfine-convnext-large") throw std::invalid_argument(tag);
  config.in_channels = {384, 384, 384};
  config.width = 256;
  config.layers = 6;
  config.ffn_width = 2048;
  config.reg_scale = 8;
  return config;
}

}  // namespace saker::test
