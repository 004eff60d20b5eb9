#include "detectors/ltdetr/golden_configs.hpp"

#include <map>

namespace saker::test {

HybridEncoderConfig golden_encoder_config(const std::string& tag) {
  const std::map<std::string, std::string> names = {
      {"vitt16", "dinov3/vitt16-ltdetr"},
      {"convnext-tiny", "dinov3/convnext-tiny-ltdetr"},
      {"vits14-noreg", "dinov2/vits14-noreg-ltdetr"}};
  return find_ltdetr(names.at(tag))->config.encoder;
}

DecoderConfig golden_decoder_config(const std::string& tag) {
  const std::map<std::string, std::string> names = {
      {"rtdetrv2-vitt16", "dinov3/vitt16-ltdetr"},
      {"rtdetrv2-noreg", "dinov2/vits14-noreg-ltdetr"},
      {"dfine-vitt", "ltdetrv2-s"},
      {"dfine-convnext-large", "dinov3/convnext-large-ltdetr"}};
  const LtdetrConfig& config = find_ltdetr(names.at(tag))->config;
  DecoderConfig decoder = tag.starts_with("dfine") ? dfine_decoder_of(config) : config.decoder;
  decoder.box_refine = BoxRefine::kReference;
  return decoder;
}

}  // namespace saker::test
