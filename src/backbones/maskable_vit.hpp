// A vision transformer that can be trained with some of its patches hidden.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "backbones/backbone.hpp"

namespace saker {

class MaskableVit : public Backbone {
 public:
  using Backbone::Backbone;

  // The last block's tokens behind the final norm, [B, 1 + registers + patches, width]: class
  // token, registers, patches in rows. masks: [B, patches] bool, true for patches that the mask
  // token replaces; undefined for none.
  virtual torch::Tensor features(const torch::Tensor& images, const torch::Tensor& masks = {}) = 0;

  // Class token and registers.
  std::int64_t leading_tokens() const { return 1 + config().register_tokens; }
};

// See make_backbone. Throws Error (unsupported) for a backbone that is no DINOv2 or DINOv3 vision
// transformer.
std::shared_ptr<MaskableVit> make_maskable_vit(const BackboneConfig& config,
                                               std::int64_t in_channels,
                                               std::optional<std::uint64_t> seed);

}  // namespace saker
