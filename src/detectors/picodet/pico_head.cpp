#include "detectors/picodet/pico_head.hpp"

#include <torch/nn/modules/container/modulelist.h>

namespace saker {
namespace {

constexpr std::int64_t kHeadKernel = 5;
constexpr std::int64_t kBoxChannels = 4 * (kPicoDetRegMax + 1);

}  // namespace

PicoHead::PicoHead(std::int64_t in_channels,
                   std::int64_t width,
                   std::int64_t convs,
                   std::int64_t num_classes)
    : num_classes_(num_classes) {
  const auto cls_convs =
      register_module("cls_convs", std::make_shared<torch::nn::ModuleListImpl>());
  const auto gfl_cls = register_module("gfl_cls", std::make_shared<torch::nn::ModuleListImpl>());
  for (std::int64_t level = 0; level < kPicoDetLevels; ++level) {
    const auto stack = std::make_shared<torch::nn::ModuleListImpl>();
    cls_convs_.emplace_back();
    for (std::int64_t i = 0; i < convs; ++i) {
      cls_convs_.back().push_back(
          std::make_shared<FoldableDepthwiseSeparable>(DepthwiseSeparableOptions{
              .in = i == 0 ? in_channels : width, .out = width, .kernel = kHeadKernel}));
      stack->push_back(cls_convs_.back().back());
    }
    cls_convs->push_back(stack);
    gfl_cls_.emplace_back(torch::nn::Conv2dOptions(width, num_classes + kBoxChannels, 1));
    gfl_cls->push_back(gfl_cls_.back());
  }
}

HeadOutputs PicoHead::forward(const std::vector<torch::Tensor>& features) {
  HeadOutputs outputs;
  for (std::size_t level = 0; level < features.size(); ++level) {
    torch::Tensor x = features[level];
    for (const auto& conv : cls_convs_[level]) x = conv->forward(x);
    const torch::Tensor logits =
        folded_gfl_cls_.empty() ? gfl_cls_[level]->forward(x) : folded_gfl_cls_[level](x);
    const std::vector<torch::Tensor> parts =
        logits.split_with_sizes({num_classes_, kBoxChannels}, 1);
    outputs.cls_logits.push_back(parts[0]);
    outputs.box_logits.push_back(parts[1]);
  }
  return outputs;
}

void PicoHead::fold() {
  for (const auto& stack : cls_convs_) {
    for (const auto& conv : stack) conv->fold();
  }
  folded_gfl_cls_.clear();
  for (const auto& conv : gfl_cls_) folded_gfl_cls_.emplace_back(*conv, nullptr);
}

}  // namespace saker
