#include "detectors/picodet/weights_config.hpp"

#include <fmt/format.h>

#include <set>
#include <string>

#include "detectors/picodet/esnet.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::int64_t out_channels(const StateDict& weights, const std::string& key) {
  const torch::Tensor* weight = weights.find(key);
  if (weight == nullptr || weight->dim() != 4) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("PicoDet weights without the convolution {}", key));
  }
  return weight->size(0);
}

std::int64_t head_convs(const StateDict& weights, const std::string& prefix) {
  std::set<std::string> indices;
  for (const auto& item : weights) {
    if (!item.first.starts_with(prefix)) continue;
    const std::string rest = item.first.substr(prefix.size());
    indices.insert(rest.substr(0, rest.find('.')));
  }
  return static_cast<std::int64_t>(indices.size());
}

EsnetSize backbone_size(std::int64_t channels) {
  for (const EsnetSize size : {EsnetSize::kS, EsnetSize::kM, EsnetSize::kL}) {
    if (Esnet::stage_channels(size)[0] == channels) return size;
  }
  throw Error(
      ErrorKind::kCheckpoint,
      fmt::format(
          "backbone.blocks.0.conv_pw_mv1.conv.weight has {} outputs; PicoDet has 96, 128 or 160",
          channels));
}

}  // namespace

std::optional<PicoDetConfig> picodet_config_of(const StateDict& weights) {
  if (!weights.contains("neck.transforms.0.conv.weight") ||
      !weights.contains("backbone.blocks.0.conv_pw_mv1.conv.weight")) {
    return std::nullopt;
  }
  const std::string head = weights.contains("o2o_head.gfl_cls.0.weight") ? "o2o_head." : "head.";
  PicoDetConfig config;
  config.backbone =
      backbone_size(out_channels(weights, "backbone.blocks.0.conv_pw_mv1.conv.weight"));
  config.neck_width = out_channels(weights, "neck.transforms.0.conv.weight");
  config.head_width = out_channels(weights, head + "cls_convs.0.0.pointwise.weight");
  config.head_convs = head_convs(weights, head + "cls_convs.0.");
  if (const auto name = picodet_name_of(config))
    config.image_size = find_picodet(*name)->config.image_size;
  return config;
}

}  // namespace saker
