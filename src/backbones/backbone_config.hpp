// Every backbone by its name: what it is built from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "saker/error.hpp"

namespace saker {

// Ends the names of backbones and detectors that start without weights.
inline constexpr std::string_view kNotPretrainedSuffix = "-notpretrained";

enum class BackboneKind { kDinov3Vit, kDinov2Vit, kConvNext, kEcVit };

// Fields of the other kinds keep their defaults.
struct BackboneConfig {
  std::string name;  // e.g. "dinov3/vitt16", "dinov2/vits14-noreg-notpretrained"
  BackboneKind kind = BackboneKind::kDinov3Vit;

  // Vision transformers.
  std::int64_t width = 0, depth = 0, heads = 0;
  std::int64_t ffn_ratio = 4;
  bool swiglu = false;                    // the feed-forward network; otherwise an MLP
  std::int64_t block_chunks = 0;          // DINOv2: > 0 groups the blocks' keys, blocks.CHUNK.BLOCK
  std::int64_t patch_size = 0;            // pixels; 0 for ConvNeXt
  std::int64_t register_tokens = 0;       // DINOv3: storage tokens
  std::int64_t position_grid = 0;         // DINOv2: side of the learned grid, patches
  double position_offset = 0;             // DINOv2: added to the grid's size when it is resampled
  bool position_antialias = true;         // DINOv2: how it is resampled
  double drop_path_rate = 0;              // of every block while training, in [0, 1)
  double pretraining_drop_path_rate = 0;  // DINOv2: the rate that pretraining gives this name
  std::int64_t projectors = 0;            // ECViT: 1 (the coarsest level alone) or 3
  std::int64_t projector_width = 0;       // ECViT: channels behind the projectors

  // ConvNeXt.
  std::array<std::int64_t, 4> stage_widths = {}, stage_depths = {};

  bool is_vit() const { return kind != BackboneKind::kConvNext; }
};

// All names that can be built, in the order in which they are listed.
const std::vector<BackboneConfig>& backbone_configs();
std::optional<BackboneConfig> find_backbone(const std::string& name);

// The same, but an unknown name is an Error: unsupported for a model that exists but is too large
// to be offered here, otherwise usage, with the nearest known names.
BackboneConfig backbone_by_name(const std::string& name);

// Whether the name, of a backbone or of a detector on it, is one of the giants (ViT-g, ViT-H, 7B),
// which are not offered; and the error that says so.
bool is_giant(std::string_view name);
Error giant_not_offered(const std::string& name);

// The same backbone with patches of another size. A learned position grid keeps covering the same
// training image. Throws Error (usage) for a size that is not positive, Error (unsupported) where
// the size is fixed: ConvNeXt has none, ECViT's is 16.
BackboneConfig with_patch_size(BackboneConfig config, std::int64_t patch_size);

}  // namespace saker
