#include "detectors/picodet/csp_pan.hpp"

#include <torch/nn/modules/container/moduledict.h>
#include <torch/nn/modules/container/modulelist.h>

namespace saker {
namespace {

constexpr std::int64_t kPanKernel = 5;

// Nearest neighbours, twice the size and then, for odd targets, to the target's size.
torch::Tensor upsample_to(const torch::Tensor& input, const torch::Tensor& target) {
  const std::vector<double> twice = {2.0, 2.0};
  torch::Tensor enlarged = at::upsample_nearest2d(input, at::OptionalIntArrayRef{}, twice);
  const c10::IntArrayRef size = target.sizes().slice(2);
  return enlarged.sizes().slice(2) == size ? enlarged : at::upsample_nearest2d(enlarged, size);
}

std::shared_ptr<FoldableDepthwiseSeparable> halving(std::int64_t width) {
  return std::make_shared<FoldableDepthwiseSeparable>(
      DepthwiseSeparableOptions{.in = width, .out = width, .kernel = kPanKernel, .stride = 2});
}

}  // namespace

CspLayer::CspLayer(std::int64_t in_channels, std::int64_t width) {
  short_conv_ = register_module("short_conv", make_pointwise(in_channels, width));
  main_conv_ = register_module("main_conv", make_pointwise(in_channels, width));
  bottleneck_conv1_ = make_pointwise(width, width);
  bottleneck_conv2_ = std::make_shared<FoldableDepthwiseSeparable>(
      DepthwiseSeparableOptions{.in = width, .out = width, .kernel = kPanKernel});
  const auto bottleneck = std::make_shared<torch::nn::ModuleDictImpl>();
  bottleneck->update(torch::OrderedDict<std::string, std::shared_ptr<torch::nn::Module>>{
      {"conv1", bottleneck_conv1_}, {"conv2", bottleneck_conv2_}});
  register_module("blocks", std::make_shared<torch::nn::ModuleListImpl>())->push_back(bottleneck);
  final_conv_ = register_module("final_conv", make_pointwise(2 * width, width));
}

torch::Tensor CspLayer::forward(const torch::Tensor& input) {
  const torch::Tensor shortcut = short_conv_->forward(input);
  const torch::Tensor main =
      bottleneck_conv2_->forward(bottleneck_conv1_->forward(main_conv_->forward(input)));
  return final_conv_->forward(torch::cat({main, shortcut}, 1));
}

void CspLayer::fold() {
  for (const auto& unit : {short_conv_, main_conv_, bottleneck_conv1_, final_conv_}) unit->fold();
  bottleneck_conv2_->fold();
}

CspPan::CspPan(const std::array<std::int64_t, 3>& in_channels, std::int64_t width) {
  const auto list = [this](const std::string& name) {
    return register_module(name, std::make_shared<torch::nn::ModuleListImpl>());
  };
  const auto transforms = list("transforms");
  for (const std::int64_t channels : in_channels) {
    transforms_.push_back(make_pointwise(channels, width));
    transforms->push_back(transforms_.back());
  }
  first_top_conv_ = register_module("first_top_conv", halving(width));
  second_top_conv_ = register_module("second_top_conv", halving(width));
  const auto top_down = list("top_down_blocks");
  const auto downsamples = list("downsamples");
  const auto bottom_up = list("bottom_up_blocks");
  for (int i = 0; i < 2; ++i) {
    top_down_blocks_.push_back(std::make_shared<CspLayer>(2 * width, width));
    top_down->push_back(top_down_blocks_.back());
    downsamples_.push_back(halving(width));
    downsamples->push_back(downsamples_.back());
    bottom_up_blocks_.push_back(std::make_shared<CspLayer>(2 * width, width));
    bottom_up->push_back(bottom_up_blocks_.back());
  }
}

std::vector<torch::Tensor> CspPan::forward(const std::vector<torch::Tensor>& features) {
  const torch::Tensor t3 = transforms_[0]->forward(features[0]);
  const torch::Tensor t4 = transforms_[1]->forward(features[1]);
  const torch::Tensor t5 = transforms_[2]->forward(features[2]);

  const torch::Tensor n4 = top_down_blocks_[0]->forward(torch::cat({upsample_to(t5, t4), t4}, 1));
  const torch::Tensor p3 = top_down_blocks_[1]->forward(torch::cat({upsample_to(n4, t3), t3}, 1));

  const torch::Tensor p4 =
      bottom_up_blocks_[0]->forward(torch::cat({downsamples_[0]->forward(p3), n4}, 1));
  const torch::Tensor p5 =
      bottom_up_blocks_[1]->forward(torch::cat({downsamples_[1]->forward(p4), t5}, 1));
  const torch::Tensor p6 = first_top_conv_->forward(t5) + second_top_conv_->forward(p5);
  return {p3, p4, p5, p6};
}

void CspPan::fold() {
  for (const auto& unit : transforms_) unit->fold();
  for (const auto& unit : {first_top_conv_, second_top_conv_, downsamples_[0], downsamples_[1]})
    unit->fold();
  for (const auto* blocks : {&top_down_blocks_, &bottom_up_blocks_}) {
    for (const auto& block : *blocks) block->fold();
  }
}

}  // namespace saker
