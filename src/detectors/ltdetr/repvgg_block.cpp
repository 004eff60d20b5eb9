#include "detectors/ltdetr/repvgg_block.hpp"

namespace saker {

RepVggBlockImpl::RepVggBlockImpl(std::int64_t channels) {
  conv1_ = register_module("conv1",
                           ConvUnit(ConvUnitOptions{.in = channels, .out = channels, .kernel = 3}));
  conv2_ = register_module("conv2", ConvUnit(ConvUnitOptions{.in = channels, .out = channels}));
}

torch::Tensor RepVggBlockImpl::forward(const torch::Tensor& x) {
  return folded_ ? folded_(x) : at::silu(conv1_->forward(x) + conv2_->forward(x));
}

FoldedWeights RepVggBlockImpl::merged_weights() const {
  FoldedWeights merged = conv1_->folded_weights();
  const FoldedWeights point = conv2_->folded_weights();
  merged.weight += torch::constant_pad_nd(point.weight, {1, 1, 1, 1});
  merged.bias += point.bias;
  return merged;
}

void RepVggBlockImpl::fold() {
  folded_ = FoldedConv(merged_weights(), {.padding = 1, .activation = Activation::kSilu});
  unregister_module("conv1");
  unregister_module("conv2");
  conv1_ = nullptr;
  conv2_ = nullptr;
}

}  // namespace saker
