// A convolution with batch norm and activation, in the trained form and in one for prediction.
//
// Other than ConvNorm (conv_norm.hpp, for NCHW and PicoDet's keys) it keeps the memory format of
// its input, and is meant for channels-last.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/activation.hpp"
#include "nn/batch_norm_2d.hpp"
#include "nn/conv2d.hpp"
#include "nn/folded_conv.hpp"

namespace saker {

struct ConvUnitOptions {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t kernel = 1;       // odd; the zero padding is kernel / 2
  std::int64_t stride = 1;
  Activation activation = Activation::kNone;
};

// Convolution without bias -> batch norm (eps 1e-5, momentum 0.1) -> activation.
// [B, in, H, W] -> [B, out, ceil(H / stride), ceil(W / stride)].
// Keys, in this order: conv.weight, norm.{weight, bias, running_mean, running_var,
// num_batches_tracked}. The convolution's weight is left uninitialised.
class ConvUnitImpl : public torch::nn::Module {
 public:
  explicit ConvUnitImpl(const ConvUnitOptions& options);

  torch::Tensor forward(const torch::Tensor& x);

  // For good, into the form for prediction, which uses the running statistics; parameters and
  // buffers are given up.
  void fold();

  // Convolution and norm as one convolution, before fold().
  FoldedWeights folded_weights() const;
  const ConvUnitOptions& options() const { return options_; }

  Conv2d conv{nullptr};
  BatchNorm2d norm{nullptr};

 private:
  ConvUnitOptions options_;
  FoldedConv folded_;
};
TORCH_MODULE(ConvUnit);

}  // namespace saker
