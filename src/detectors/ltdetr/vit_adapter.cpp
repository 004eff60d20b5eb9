#include "detectors/ltdetr/vit_adapter.hpp"

#include <array>
#include <memory>

#include "nn/batch_norm_activation.hpp"

namespace saker {
namespace {

torch::Tensor resize(const torch::Tensor& map, std::int64_t height, std::int64_t width) {
  if (map.size(2) == height && map.size(3) == width) return map;
  const std::array<std::int64_t, 2> size = {height, width};
  return at::upsample_bilinear2d(map, size, /*align_corners=*/false);
}

}  // namespace

SpatialPriorImpl::SpatialPriorImpl(std::int64_t in_channels, std::int64_t width) {
  stem = add_unit("stem", in_channels, width, 0);
  conv2 = add_unit("conv2", width, 2 * width, 0);
  // Here key 0 is the activation.
  conv3 = add_unit("conv3", 2 * width, 4 * width, 1);
  conv4 = add_unit("conv4", 4 * width, 4 * width, 1);
}

SpatialPriorImpl::Unit SpatialPriorImpl::add_unit(const std::string& name,
                                                  std::int64_t in,
                                                  std::int64_t out,
                                                  int first_key) {
  const auto container = register_module(name, std::make_shared<torch::nn::Module>());
  Unit unit;
  unit.conv = container->register_module(
      std::to_string(first_key),
      Conv2d(Conv2dOptions{
          .in = in, .out = out, .kernel = 3, .stride = 2, .padding = 1, .bias = false}));
  unit.norm = container->register_module(std::to_string(first_key + 1),
                                         BatchNorm2d(out, BatchNormScope::kAllProcesses));
  return unit;
}

torch::Tensor SpatialPriorImpl::stride4(const torch::Tensor& images) {
  return torch::max_pool2d(torch::gelu(stem.forward(images)),
                           /*kernel_size=*/3,
                           /*stride=*/2,
                           /*padding=*/1);
}

std::vector<torch::Tensor> SpatialPriorImpl::forward(const torch::Tensor& images) {
  const torch::Tensor stride8 = conv2.forward(stride4(images));
  const torch::Tensor stride16 = conv3.forward(torch::gelu(stride8));
  const torch::Tensor stride32 = conv4.forward(torch::gelu(stride16));
  return {stride8, stride16, stride32};
}

void SpatialPriorImpl::Unit::fold() {
  folded = FoldedConv(*conv, norm.get());
  conv = nullptr;
  norm = nullptr;
}

void SpatialPriorImpl::fold() {
  for (Unit* unit : {&stem, &conv2, &conv3, &conv4}) unit->fold();
  for (const char* name : {"stem", "conv2", "conv3", "conv4"}) unregister_module(name);
}

VitAdapter::VitAdapter(const VitAdapterConfig& config,
                       std::int64_t vit_width,
                       std::int64_t in_channels)
    : config_(config) {
  constexpr std::array<std::int64_t, kLtdetrLevels> kPriorWidths = {2, 4, 4};
  if (config.prior_width > 0) prior_ = SpatialPrior(in_channels, config.prior_width);
  if (config.projection_width == 0) return;
  for (std::size_t level = 0; level < kLtdetrLevels; ++level) {
    convs_.push_back(
        Conv2d(Conv2dOptions{.in = vit_width + kPriorWidths[level] * config.prior_width,
                             .out = config.projection_width,
                             .bias = false}));
    norms_.push_back(BatchNorm2d(config.projection_width, BatchNormScope::kAllProcesses));
  }
}

void VitAdapter::register_with(torch::nn::Module& owner) {
  if (prior_) owner.register_module("sta", prior_);
  if (convs_.empty()) return;
  const auto convs = owner.register_module("convs", std::make_shared<torch::nn::Module>());
  const auto norms = owner.register_module("norms", std::make_shared<torch::nn::Module>());
  for (std::size_t level = 0; level < kLtdetrLevels; ++level) {
    convs->register_module(std::to_string(level), convs_[level]);
    norms->register_module(std::to_string(level), norms_[level]);
  }
}

std::vector<torch::Tensor> VitAdapter::forward(const torch::Tensor& images,
                                               const std::vector<torch::Tensor>& taps) {
  std::vector<torch::Tensor> priors;
  if (prior_) priors = prior_->forward(images);
  std::vector<torch::Tensor> levels;
  for (std::size_t level = 0; level < kLtdetrLevels; ++level) {
    torch::Tensor map = config_.rescale ? resize_to_level(taps[level], level) : taps[level];
    if (prior_) map = torch::cat({map, resize(priors[level], map.size(2), map.size(3))}, 1);
    if (!folded_.empty()) {
      map = folded_[level](map);
    } else if (!convs_.empty()) {
      map = batch_norm_activation(project(level, map), *norms_[level], Activation::kNone);
    }
    levels.push_back(map);
  }
  return levels;
}

void VitAdapter::fold(torch::nn::Module& owner) {
  if (prior_) {
    prior_->fold();
    owner.unregister_module("sta");
  }
  if (convs_.empty()) return;
  for (std::size_t level = 0; level < kLtdetrLevels; ++level)
    folded_.emplace_back(*convs_[level], norms_[level].get());
  convs_.clear();
  norms_.clear();
  owner.unregister_module("convs");
  owner.unregister_module("norms");
}

torch::Tensor resize_to_level(const torch::Tensor& map, std::size_t level) {
  const auto resized = [&](std::int64_t side) {
    return level == 0 ? side * 2 : (level == 1 ? side : side / 2);
  };
  return resize(map, resized(map.size(2)), resized(map.size(3)));
}

}  // namespace saker
