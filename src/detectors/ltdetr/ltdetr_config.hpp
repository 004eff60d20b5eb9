// Every LTDETR detector by its names: the one table that models, listings and downloads are made
// from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backbones/backbone_config.hpp"
#include "transforms/batch.hpp"

namespace saker {

inline constexpr std::size_t kLtdetrLevels = 3;
using LevelSizes = std::array<std::int64_t, kLtdetrLevels>;

// Between a vision transformer and the encoder; ConvNeXt and ECViT have none.
struct VitAdapterConfig {
  LevelSizes taps = {};               // indices of the blocks whose outputs are used, 0-based
  std::int64_t prior_width = 0;       // of the spatial prior's stem; 0: there is no spatial prior
  std::int64_t projection_width = 0;  // 0: the taps are not projected
  bool rescale = true;                // to 2, 1 and 1/2 times the patch grid
};

struct HybridEncoderConfig {
  LevelSizes in_channels = {};
  std::int64_t width = 0;  // D, channels of every output
  std::int64_t heads = 8;  // of the attention on the coarsest level
  std::int64_t ffn_width = 0;
  double expansion = 1.0;     // hidden channels of a CSP block are floor(D * expansion)
  double depth_factor = 1.0;  // RepVGG blocks of a CSP block are round(3 * depth_factor)
  bool rescale = true;        // levels differ in size by 2; otherwise all are equal
};

enum class DecoderKind { kRtdetrV2, kDfine };

// Which box a decoder layer after the first trains: RT-DETR's (each layer's delta once), or the
// doubled delta of the reference, which comparisons need.
enum class BoxRefine { kRtdetr, kReference };

struct DecoderConfig {
  DecoderKind kind = DecoderKind::kRtdetrV2;
  LevelSizes in_channels = {};
  LevelSizes strides = {};  // pixels
  std::int64_t width = 0;   // D
  std::int64_t heads = 8;
  std::int64_t layers = 0;
  std::int64_t ffn_width = 1024;
  LevelSizes points = {};  // sampled by a head on each level
  std::int64_t queries = 300;
  std::int64_t reg_max = 32;  // D-FINE: bins - 1
  double reg_scale = 4;       // D-FINE
  BoxRefine box_refine = BoxRefine::kRtdetr;
};

struct LtdetrConfig {
  std::string name;  // of the architecture, e.g. "dinov3/vitt16-ltdetr"
  BackboneConfig backbone;
  std::optional<VitAdapterConfig> adapter;
  HybridEncoderConfig encoder;
  DecoderConfig decoder;
  ImageSize image_size;               // default network input
  std::int64_t max_detections = 300;  // an image
};

struct LtdetrName {
  std::string name;     // e.g. "dinov3/vitt16-ltdetr-coco"
  LtdetrConfig config;  // whose own name several aliases may share
};

// Names in the order in which they are listed. Those with a part that starts with "_" serve tests.
const std::vector<LtdetrName>& ltdetr_names();
// nullptr for any other name.
const LtdetrName* find_ltdetr(const std::string& name);

// The least square size of at least 640 pixels whose sides are multiples of `multiple`.
ImageSize default_ltdetr_size(std::int64_t multiple);

// The D-FINE decoder on the architecture of a first-generation name (model_args.decoder_name, init
// argument decoder_name). Throws Error (unsupported) for those that have none.
DecoderConfig dfine_decoder_of(const LtdetrConfig& config);

// The same architecture on patches of another size: strides, spatial prior and default image size
// follow. Throws Error (unsupported) for architectures whose patches are fixed or that have none,
// (usage) for a size that is not even.
LtdetrConfig with_patch_size(const LtdetrConfig& config, std::int64_t patch_size);

// What both sides of an image must be multiples of, pixels.
std::int64_t ltdetr_size_multiple(const LtdetrConfig& config);
// Images with fewer pixels have fewer positions on their maps than there are queries.
std::int64_t ltdetr_least_pixels(const LtdetrConfig& config);
// Throws Error (usage) for sides that are not, naming the multiple.
void require_ltdetr_size(const LtdetrConfig& config, ImageSize size);
// Throws Error (usage) for images whose maps have fewer positions than there are queries.
void require_ltdetr_tokens(const LtdetrConfig& config, ImageSize size);

// The model_name that files carry: that of an architecture which the reference knows too.
std::string ltdetr_name_in_files(const LtdetrConfig& config);

}  // namespace saker
