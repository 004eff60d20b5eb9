#include "detectors/ltdetr/parameter_groups.hpp"

#include <torch/nn/modules/embedding.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

namespace saker {
namespace {

// Anywhere in the name.
constexpr std::array<std::string_view, 13> kParts = {"cls_token",
                                                     "mask_token",
                                                     "storage_token",
                                                     "register_token",
                                                     "query",
                                                     "queries",
                                                     "pos_embed",
                                                     "position_embedding",
                                                     "positional_embedding",
                                                     "relative_pos",  // relative_position too
                                                     "rel_pos",
                                                     "rpb",
                                                     "bias_table"};
// Whole, between dots.
constexpr std::array<std::string_view, 11> kComponents = {"bias",
                                                          "bias_v",
                                                          "bias_k",
                                                          "logit_scale",
                                                          "temperature",
                                                          "tau",
                                                          "layer_scale",
                                                          "layerscale",
                                                          "res_scale",
                                                          "rezero",
                                                          "gamma"};
constexpr std::array<std::string_view, 2> kBackbones = {"backbone._model_wrapper._model.",
                                                        "backbone._model_wrapper.backbone."};

bool has_component(std::string_view name, std::string_view component) {
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    if (name.substr(begin, end - begin) == component) return true;
    begin = end + 1;
  }
  return false;
}

bool is_norm(const torch::nn::Module& module) {
  return module.name().find("Norm") != std::string::npos;
}

bool is_embedding(const torch::nn::Module& module) {
  return dynamic_cast<const torch::nn::EmbeddingImpl*>(&module) != nullptr ||
         dynamic_cast<const torch::nn::EmbeddingBagImpl*>(&module) != nullptr;
}

}  // namespace

bool has_weight_decay(const ParameterTraits& traits) {
  if (traits.in_norm || traits.in_embedding || traits.dimensions <= 1) return false;
  const auto contains = [&](std::string_view part) {
    return traits.name.find(part) != std::string_view::npos;
  };
  const auto has = [&](std::string_view component) {
    return has_component(traits.name, component);
  };
  return std::none_of(kParts.begin(), kParts.end(), contains) &&
         std::none_of(kComponents.begin(), kComponents.end(), has);
}

bool is_backbone_parameter(std::string_view name) {
  return std::any_of(kBackbones.begin(), kBackbones.end(), [&](std::string_view prefix) {
    return name.starts_with(prefix);
  });
}

std::vector<ParameterGroup> ltdetr_parameter_groups(const torch::nn::Module& detector,
                                                    double weight_decay,
                                                    double backbone_lr_factor) {
  const auto group = [&](const char* name, bool decays, double lr_factor) {
    return ParameterGroup{.name = name,
                          .keys = {},
                          .parameters = {},
                          .weight_decay = decays ? weight_decay : 0,
                          .lr_factor = lr_factor};
  };
  std::array<ParameterGroup, 4> groups = {group("backbone", true, backbone_lr_factor),
                                          group("backbone_no_wd", false, backbone_lr_factor),
                                          group("detector", true, 1),
                                          group("detector_no_wd", false, 1)};
  std::unordered_set<const void*> seen;
  for (const auto& module : detector.named_modules("", true)) {
    for (const auto& item : module.value()->named_parameters(false)) {
      const torch::Tensor& parameter = item.value();
      if (!parameter.defined() || !seen.insert(parameter.unsafeGetTensorImpl()).second) continue;
      std::string name = module.key().empty() ? item.key() : module.key() + "." + item.key();
      const bool decays = has_weight_decay({.name = name,
                                            .dimensions = parameter.dim(),
                                            .in_norm = is_norm(*module.value()),
                                            .in_embedding = is_embedding(*module.value())});
      ParameterGroup& target = groups[(is_backbone_parameter(name) ? 0U : 2U) + (decays ? 0U : 1U)];
      target.keys.push_back(std::move(name));
      target.parameters.push_back(parameter);
    }
  }
  std::vector<ParameterGroup> filled;
  for (ParameterGroup& candidate : groups) {
    if (!candidate.parameters.empty()) filled.push_back(std::move(candidate));
  }
  return filled;
}

}  // namespace saker
