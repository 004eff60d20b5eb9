#include "nn/relu_mlp.hpp"

#include <torch/nn/modules/container/modulelist.h>

namespace saker {

ReluMlpImpl::ReluMlpImpl(std::int64_t in,
                         std::int64_t hidden,
                         std::int64_t out,
                         std::int64_t layers) {
  torch::nn::ModuleList list = register_module("layers", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < layers; ++i) {
    const bool last = i == layers - 1;
    layers_.emplace_back(
        i == 0 ? in : hidden, last ? out : hidden, last ? Activation::kNone : Activation::kRelu);
    list->push_back(layers_.back());
  }
}

torch::Tensor ReluMlpImpl::forward(const torch::Tensor& x) const {
  torch::Tensor y = x;
  for (const LinearUnit& layer : layers_) y = layer->forward(y);
  return y;
}

void ReluMlpImpl::fold() {
  for (LinearUnit& layer : layers_) layer->fold();
}

}  // namespace saker
