#include "backbones/adapt_weights.hpp"

#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "backbones/position_grid.hpp"

namespace saker {
namespace {

constexpr const char* kPatchWeight = "patch_embed.proj.weight";
constexpr const char* kPositions = "pos_embed";
constexpr const char* kDistillationHeads = "projectors.heads.dinov3radio";

// [from * from, to * to]: row i is the flattened resize of the image that is 1 at pixel i, else 0.
torch::Tensor resize_of_unit_images(std::int64_t from, std::int64_t to) {
  const std::array<std::int64_t, 2> size = {to, to};
  const torch::Tensor images = torch::eye(from * from).view({from * from, 1, from, from});
  return at::_upsample_bicubic2d_aa(images, size, /*align_corners=*/false).flatten(1);
}

torch::Tensor adapt_patch_weight(const torch::Tensor& weight,
                                 const torch::Tensor& own,
                                 BackboneKind kind) {
  torch::Tensor adapted = adapt_input_channels(weight, own.size(1));
  if (kind == BackboneKind::kDinov3Vit) adapted = resample_patch_weight(adapted, own.size(2));
  return adapted;
}

}  // namespace

torch::Tensor resample_patch_weight(const torch::Tensor& weight, std::int64_t patch_size) {
  const std::int64_t old_size = weight.size(2);
  if (old_size == patch_size) return weight;
  const torch::Tensor resize =
      resize_of_unit_images(old_size, patch_size).to(torch::kFloat64).t();  // R, [n n, o o]
  const torch::Tensor kernels = weight.flatten(2).to(torch::kFloat64);
  // float32's tolerance decides which singular values count as zero: R is known no better.
  const torch::Tensor inverse = at::linalg_pinv(
      resize, static_cast<double>(std::max(resize.size(0), resize.size(1))) * 1.1920929e-07);
  return kernels.matmul(inverse).unflatten(2, {patch_size, patch_size}).to(weight.scalar_type());
}

torch::Tensor adapt_input_channels(const torch::Tensor& weight, std::int64_t channels) {
  const std::int64_t own = weight.size(1);
  if (own == channels) return weight;
  return weight.index_select(1, torch::arange(channels, torch::kInt64).remainder(own));
}

torch::Tensor resize_position_grid(const torch::Tensor& positions, std::int64_t side) {
  const std::int64_t stored = positions.size(1) - 1;
  const auto own = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(stored))));
  if (own * own != stored) return positions;
  return resample_positions(positions, {side, side}, {.offset = 0, .antialias = false});
}

StateDict adapt_backbone_weights(const StateDict& weights,
                                 const Backbone& backbone,
                                 const std::string& prefix) {
  const StateDict own = collect_state_dict(backbone);
  const BackboneKind kind = backbone.config().kind;
  const bool is_dinov3 = kind == BackboneKind::kDinov3Vit || kind == BackboneKind::kConvNext;
  const bool is_dino_vit = kind == BackboneKind::kDinov3Vit || kind == BackboneKind::kDinov2Vit;
  StateDict adapted;
  for (const auto& [key, tensor] : weights) {
    if (is_dinov3 && key.find(kDistillationHeads) != std::string::npos) continue;
    torch::Tensor value = tensor;
    if (is_dino_vit && key == prefix + kPatchWeight && tensor.dim() == 4) {
      value = adapt_patch_weight(tensor, *own.find(kPatchWeight), kind);
    } else if (kind == BackboneKind::kDinov2Vit && key == prefix + kPositions &&
               tensor.dim() == 3) {
      value = resize_position_grid(tensor, backbone.config().position_grid);
    }
    adapted.add(key, value);
  }
  return adapted;
}

}  // namespace saker
