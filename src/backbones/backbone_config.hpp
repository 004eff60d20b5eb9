// Every backbone by its name: what it is built from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace saker {

enum class BackboneKind { kDinov3Vit, kDinov2Vit, kConvNext, kEcVit };

// Fields of the other kinds keep their defaults.
struct BackboneConfig {
  std::string name;  // e.g. "dinov3/vitt16", "dinov2/vits14-noreg-notpretrained"
  BackboneKind kind = BackboneKind::kDinov3Vit;

  // Vision transformers.
  std::int64_t width = 0, depth = 0, heads = 0;
  std::int64_t ffn_ratio = 4;
  std::int64_t patch_size = 0;       // pixels; 0 for ConvNeXt
  std::int64_t register_tokens = 0;  // DINOv3: storage tokens
  std::int64_t position_grid = 0;    // DINOv2: side of the learned grid, patches
  double position_offset = 0;        // DINOv2: added to the grid's size when it is resampled
  bool position_antialias = true;    // DINOv2: how it is resampled
  std::int64_t projectors = 0;       // ECViT: 1 (the coarsest level alone) or 3
  std::int64_t projector_width = 0;  // ECViT: channels behind the projectors

  // ConvNeXt.
  std::array<std::int64_t, 4> stage_widths = {}, stage_depths = {};

  bool is_vit() const { return kind != BackboneKind::kConvNext; }
};

// All names that can be built, in the order in which they are listed.
std::vector<BackboneConfig> backbone_configs();
std::optional<BackboneConfig> find_backbone(const std::string& name);

}  // namespace saker
