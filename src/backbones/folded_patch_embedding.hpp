// Patches as tokens, for prediction on the CPU, on the kernel of linear layers.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "nn/conv2d.hpp"
#include "nn/packed_linear.hpp"

namespace saker {

// A convolution whose stride is its kernel, without padding. Needs PackedLinear::is_available().
class FoldedPatchEmbedding {
 public:
  FoldedPatchEmbedding() = default;
  // Later changes of the convolution do not reach it.
  explicit FoldedPatchEmbedding(const Conv2dImpl& convolution);

  std::int64_t width() const { return linear_.out(); }

  // images: [B, C, H, W] float32 on the CPU, of sides that the patches divide. Writes the patches
  // of an image, row by row, `width()` floats each, from out + index of the image * image_stride
  // on; with `add` it adds to what is there.
  void run(const torch::Tensor& images, bool add, float* out, std::int64_t image_stride) const;

 private:
  std::int64_t patch_size_ = 0;
  PackedLinear linear_;
};

}  // namespace saker
