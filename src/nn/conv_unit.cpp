#include "nn/conv_unit.hpp"

#include "nn/batch_norm_activation.hpp"

namespace saker {

ConvUnitImpl::ConvUnitImpl(const ConvUnitOptions& options) : options_(options) {
  conv = register_module("conv",
                         Conv2d(Conv2dOptions{.in = options.in,
                                              .out = options.out,
                                              .kernel = options.kernel,
                                              .stride = options.stride,
                                              .padding = options.kernel / 2,
                                              .bias = false}));
  norm = register_module("norm", BatchNorm2d(options.out));
}

torch::Tensor ConvUnitImpl::forward(const torch::Tensor& x) {
  return folded_ ? folded_(x) : batch_norm_activation(conv->forward(x), *norm, options_.activation);
}

void ConvUnitImpl::fold() {
  folded_ = FoldedConv(*conv, norm.get(), options_.activation);
  unregister_module("conv");
  unregister_module("norm");
  conv = nullptr;
  norm = nullptr;
}

FoldedWeights ConvUnitImpl::folded_weights() const {
  return fold_batch_norm(conv->weight, conv->bias, norm.get());
}

}  // namespace saker
