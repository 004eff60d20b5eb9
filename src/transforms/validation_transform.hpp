// Validation images to batches: nothing is random, and no box is too small.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "transforms/batch.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

// Resize (uint8 stays uint8; two taps, no antialiasing), to float32, normalization. Prediction
// resizes differently.
//
// Const and safe to use from several threads.
class ValidationTransform {
 public:
  // settings: without "auto", as resolve_transforms() returns them.
  explicit ValidationTransform(TransformSettings settings);

  // Throws Error (data) with the image's path when its channels do not fit, or when resize is off
  // and sizes differ.
  Batch make_batch(std::span<const std::int64_t> indices, const SampleReader& read) const;

 private:
  TransformSettings settings_;
  std::shared_ptr<FloatPool> pool_ = std::make_shared<FloatPool>();
};

}  // namespace saker
