// A convolution with everything that follows it in one unit, for prediction.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "nn/activation.hpp"
#include "nn/bfloat16_conv.hpp"
#include "nn/conv2d.hpp"
#include "nn/im2col_conv.hpp"
#include "nn/packed_linear.hpp"
#include "nn/winograd_conv.hpp"

namespace saker {

// Weight and bias of a convolution with the batch norm behind it multiplied in.
struct FoldedWeights {
  torch::Tensor weight;  // [out, in / groups, kernel, kernel]
  torch::Tensor bias;    // [out]; undefined for none
};

// norm: null for none; its running statistics are used. Computed in float64; the results share no
// memory with the arguments.
FoldedWeights fold_batch_norm(const torch::Tensor& weight,
                              const torch::Tensor& bias,
                              const torch::nn::BatchNorm2dImpl* norm);

struct FoldedConvOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t groups = 1;
  Activation activation = Activation::kNone;
};

// y = activation(conv(x) + bias). Empty until it is made from weights; later changes of those do
// not reach it. Not differentiable.
//
// On the CPU outputs are channels-last, and inputs should be. There, 1x1 convolutions are
// PackedLinear, 3x3 ones of many channels WinogradConv (made under FoldingPrecision::kBfloat16:
// Bfloat16Conv) and others Im2colConv, on processors with kernels for them; those of groups, and
// all on other processors, go through oneDNN.
class FoldedConv {
 public:
  FoldedConv() = default;
  FoldedConv(const FoldedWeights& weights, const FoldedConvOptions& options);
  // norm: null for none.
  FoldedConv(const Conv2dImpl& conv,
             const torch::nn::BatchNorm2dImpl* norm,
             Activation activation = Activation::kNone);
  FoldedConv(const torch::nn::Conv2dImpl& conv,
             const torch::nn::BatchNorm2dImpl* norm,
             Activation activation = Activation::kNone);

  explicit operator bool() const {
    return pointwise_ || winograd_ || bfloat16_ || im2col_ || weight_.defined();
  }
  torch::Tensor operator()(const torch::Tensor& input) const;

 private:
  FoldedConvOptions options_;
  // One of these five.
  PackedLinear pointwise_;
  std::optional<Bfloat16Conv> bfloat16_;
  std::optional<Im2colConv> im2col_;
  std::optional<WinogradConv> winograd_;
  torch::Tensor weight_;  // in oneDNN's own order where that serves
  torch::Tensor bias_;
};

}  // namespace saker
