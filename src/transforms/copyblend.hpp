// Copies objects between the images of a batch, half transparent.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/random_stream.hpp"
#include "transforms/batch.hpp"
#include "transforms/step_window.hpp"

namespace saker {

struct CopyblendSettings {
  double prob = 0.5;                  // of a batch that mixup left alone
  std::int64_t area_threshold = 100;  // smallest object that is copied, square pixels
  std::int64_t num_objects = 3;       // copied into each image
  std::array<double, 2> expand_ratios = {0.1, 0.25};  // of the object's sides, copied around it
  StepWindow window = {};
};

// An object of the batch: whole pixels, half-open.
struct CopyblendObject {
  std::int64_t image = 0;
  std::int64_t x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  std::int64_t class_index = 0;

  friend bool operator==(const CopyblendObject&, const CopyblendObject&) = default;
};

// Where a copy goes.
struct CopyblendPlacement {
  std::int64_t object = 0;    // index of the pool
  std::int64_t x = 0, y = 0;  // of the object's top left corner
  double expand_ratio = 0;
};

struct CopyblendPlan {
  float own_share = 0.5F;
  std::vector<std::vector<CopyblendPlacement>> placements;  // one list an image
};

// Every object that is large enough, in the order of images and boxes.
std::vector<CopyblendObject> copyblend_pool(const Batch& batch, std::int64_t area_threshold);

// pool: not empty. For each image, different objects, each at a uniform place where it lies inside
// (at 0 along a side that it fills).
CopyblendPlan draw_copyblend(const CopyblendSettings& settings,
                             const Batch& batch,
                             const std::vector<CopyblendObject>& pool,
                             RandomStream& draws);

// What is copied: the object and, on each side, expand_ratio of its width or height, as far as both
// images have it. Pixels.
struct CopyblendPatch {
  std::int64_t source_x = 0, source_y = 0;
  std::int64_t target_x = 0, target_y = 0;
  std::int64_t width = 0, height = 0;
};
CopyblendPatch copyblend_patch(const CopyblendObject& object,
                               const CopyblendPlacement& placement,
                               ImageSize size);

// Blends each patch in: own_share * the pixels there + (1 - own_share) * the object's, taken from
// the unblended batch. Objects and surroundings are blended alike; the new box is the object's,
// boxes that are covered stay.
void apply_copyblend(const std::vector<CopyblendObject>& pool,
                     const CopyblendPlan& plan,
                     Batch& batch);

// The three together; a batch without objects stays as it is.
// Source: the copy-blend of DEIM (Huang et al., CVPR 2025).
void copyblend(const CopyblendSettings& settings, RandomStream& draws, Batch& batch);

}  // namespace saker
