// LTDETR's transforms, first generation and second.
#pragma once

#include <cstdint>

#include "transforms/resolve_transforms.hpp"

namespace saker {

enum class LtdetrGeneration {
  kDinov3Vit,
  kDinov3ConvNext,
  kDinov2,
  kV2,  // ECViT
};

// What a network of the family can read.
struct LtdetrInputRule {
  std::int64_t size_multiple = 32;  // of both sides: the coarsest stride
  std::int64_t least_pixels = 1;    // below, the decoder has fewer tokens than queries
};

// Training, in the phases of StepPhases: flips, resize to the image size and one of many sizes for
// each batch from the first step; photometric distortion, zoom-out, IoU crop and copy-blend in the
// middle; mosaic and mixup in the first part of that; at the end flips and resize alone. The sizes
// of batches follow the image size. Validation: resize to the image size; its augmentations accept
// only null.
TransformFamily ltdetr_transform_family(LtdetrGeneration generation, const LtdetrInputRule& rule);

}  // namespace saker
