#include "detectors/ltdetr/ltdetr_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "backbones/adapt_weights.hpp"

namespace saker {
namespace {

constexpr std::string_view kDenoisingEmbedding = "decoder.denoising_class_embed.weight";

std::string current_name(const std::string& name, const LtdetrWeightsTarget& target) {
  constexpr std::array<std::string_view, 3> kOlder = {
      "backbone.dinov3.", "backbone.dinov2.", "backbone.backbone."};
  for (const std::string_view prefix : kOlder) {
    if (name.starts_with(prefix)) return target.backbone_prefix + name.substr(prefix.size());
  }
  return name;
}

// The published DINOv2 detector carries layers that it never used.
bool is_obsolete(const std::string& name, const LtdetrConfig& config) {
  return !config.encoder.rescale && name.starts_with("encoder.downsample_convs.");
}

bool is_in(const std::vector<std::string>& modules, const std::string& name) {
  return std::any_of(modules.begin(), modules.end(), [&](const std::string& module) {
    return name.size() > module.size() && name.starts_with(module) && name[module.size()] == '.';
  });
}

torch::Tensor rows_by_position(const std::string& name,
                               const torch::Tensor& file,
                               const torch::Tensor& own) {
  const bool same_rows = file.dim() == own.dim() && file.sizes().slice(1) == own.sizes().slice(1);
  if (!same_rows || file.size(0) == own.size(0)) return file;
  const std::int64_t padding = name == kDenoisingEmbedding ? 1 : 0;
  const std::int64_t own_classes = own.size(0) - padding;
  const std::int64_t file_classes = file.size(0) - padding;
  const std::int64_t kept = std::min(own_classes, file_classes);
  const torch::Tensor rest = file_classes > own_classes
                                 ? file.narrow(0, file_classes, padding)
                                 : own.narrow(0, kept, own.size(0) - kept).to(file.options());
  return torch::cat({file.narrow(0, 0, kept), rest});
}

}  // namespace

std::vector<std::string> ltdetr_class_modules(const DecoderConfig& decoder) {
  std::vector<std::string> modules = {"decoder.enc_score_head", "decoder.denoising_class_embed"};
  for (std::int64_t layer = 0; layer < decoder.layers; ++layer)
    modules.push_back(fmt::format("decoder.dec_score_head.{}", layer));
  return modules;
}

StateDict adapt_ltdetr_weights(const StateDict& weights, const LtdetrWeightsTarget& target) {
  const std::vector<std::string> class_modules = ltdetr_class_modules(target.config.decoder);
  const bool renames = target.config.backbone.kind != BackboneKind::kEcVit;
  StateDict named;
  for (const auto& [file_name, tensor] : weights) {
    const std::string name = renames ? current_name(file_name, target) : file_name;
    const bool class_rows = is_in(class_modules, name);
    if (is_obsolete(name, target.config) || (class_rows && target.reinit_class_head)) continue;
    const torch::Tensor* own = class_rows ? target.own.find(name) : nullptr;
    named.add(name, own == nullptr ? tensor : rows_by_position(name, tensor, *own));
  }
  return adapt_backbone_weights(named, target.backbone, target.backbone_prefix);
}

std::int64_t ltdetr_inference_parameter_count(const torch::nn::Module& detector,
                                              const DecoderConfig& decoder) {
  const auto is_of_last_layer = [&](const std::string& name, const std::string& list) {
    return name.starts_with(fmt::format("{}.{}.", list, decoder.layers - 1));
  };
  // Two of a RepVGG block's convolutions become one, with a bias for its first norm's.
  const auto is_merged_away = [](const std::string& name) {
    return name.find(".bottlenecks.") != std::string::npos &&
           (name.find(".conv2.") != std::string::npos || name.ends_with(".conv1.norm.weight"));
  };
  std::int64_t count = 0;
  for (const auto& item : detector.named_parameters()) {
    const std::string& name = item.key();
    if (name == kDenoisingEmbedding || is_merged_away(name)) continue;
    if (decoder.kind == DecoderKind::kDfine) {
      bool unused = false;
      for (const char* list : {"decoder.dec_score_head", "decoder.decoder.lqe_layers"})
        unused =
            unused || (name.starts_with(std::string(list) + ".") && !is_of_last_layer(name, list));
      if (unused) continue;
    }
    count += item.value().numel();
  }
  return count;
}

}  // namespace saker
