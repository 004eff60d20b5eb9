#include "detectors/ltdetr/csp_block.hpp"

#include <torch/nn/modules/container/modulelist.h>

#include <string>

namespace saker {

CspBlockImpl::CspBlockImpl(const CspBlockOptions& options) {
  const auto pointwise = [this](const std::string& name, std::int64_t in, std::int64_t out) {
    return register_module(
        name, ConvUnit(ConvUnitOptions{.in = in, .out = out, .activation = Activation::kSilu}));
  };
  conv1_ = pointwise("conv1", options.in, options.hidden);
  conv2_ = pointwise("conv2", options.in, options.hidden);
  torch::nn::ModuleList list = register_module("bottlenecks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options.blocks; ++i) {
    bottlenecks_.emplace_back(options.hidden);
    list->push_back(bottlenecks_.back());
  }
  if (options.hidden != options.out) conv3_ = pointwise("conv3", options.hidden, options.out);
}

torch::Tensor CspBlockImpl::forward(const torch::Tensor& x) {
  torch::Tensor main = conv1_->forward(x);
  for (RepVggBlock& block : bottlenecks_) main = block->forward(main);
  const torch::Tensor sum = main + conv2_->forward(x);
  return conv3_ ? conv3_->forward(sum) : sum;
}

void CspBlockImpl::fold() {
  conv1_->fold();
  conv2_->fold();
  for (RepVggBlock& block : bottlenecks_) block->fold();
  if (conv3_) conv3_->fold();
}

}  // namespace saker
