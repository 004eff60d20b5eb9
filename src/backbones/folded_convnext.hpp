// ConvNeXt for prediction on the CPU, on kernels of our own.
//
// Maps are [B, H, W, C]. A few pixels at a time go through depthwise convolution, norm, both linear
// layers and the residual while they are in the caches; layer scales are multiplied into weights.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "backbones/dinov3_convnext.hpp"
#include "backbones/folded_patch_embedding.hpp"
#include "nn/folded_norm.hpp"
#include "nn/packed_linear.hpp"

namespace saker {

class FoldedConvNextBlock {
 public:
  // Takes the matrices of the block, which is of no use afterwards.
  explicit FoldedConvNextBlock(ConvNextBlockImpl& block);

  // Writes the block's output for x into y; both [B, H, W, C] contiguous, not the same.
  void run(const torch::Tensor& x, torch::Tensor& y) const;

 private:
  // The depthwise convolution at `count` pixels from `first` on.
  void convolve(const torch::Tensor& x, std::int64_t first, std::int64_t count, float* to) const;

  std::int64_t kernel_;
  std::vector<float> weight_, bias_, zeros_;  // of the depthwise convolution, [k * k, C] and [C]
  FoldedNorm norm_;
  PackedLinear pwconv1_, pwconv2_;
};

// A norm and a convolution whose stride is its kernel.
class FoldedDownsample {
 public:
  FoldedDownsample(const ChannelNormImpl& norm, const Conv2dImpl& convolution);

  // [B, H, W, C] -> [B, H / k, W / k, out]
  torch::Tensor operator()(const torch::Tensor& x) const;

 private:
  std::int64_t kernel_;
  FoldedNorm norm_;
  PackedLinear linear_;  // of [k, k, C]
};

class FoldedConvNext {
 public:
  // Whether this processor has the kernels and the weights are on the CPU.
  static bool serves(const Dinov3ConvNext& net);

  // Takes the matrices of the network's blocks, which are of no use afterwards.
  explicit FoldedConvNext(Dinov3ConvNext& net);

  // images: [B, C, H, W] float32 on the CPU. Returns channels-last maps [B, C, h, w].
  std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                          const std::vector<std::int64_t>& taps) const;

 private:
  torch::Tensor stem(const torch::Tensor& images) const;

  FoldedPatchEmbedding stem_;
  FoldedNorm stem_norm_, final_norm_;
  std::vector<FoldedDownsample> downsamples_;  // before the stages but the first
  std::vector<std::vector<FoldedConvNextBlock>> stages_;
};

}  // namespace saker
