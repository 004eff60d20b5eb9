#include "backbones/vit_blocks.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <memory>
#include <string>

#include "nn/initialization.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr double kLinearStd = 0.02;
constexpr double kLayerScale = 1e-5;

}  // namespace

VitBlocksImpl::VitBlocksImpl(const TransformerBlockOptions& options,
                             std::int64_t depth,
                             std::int64_t chunks) {
  if (chunks > 0 && depth % chunks != 0) {
    throw Error(ErrorKind::kInternal,
                fmt::format("{} blocks cannot be divided into {} chunks", depth, chunks));
  }
  std::shared_ptr<torch::nn::Module> chunk;
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::string name = std::to_string(i);
    if (chunks == 0) {
      blocks_.push_back(register_module(name, TransformerBlock(options)));
      continue;
    }
    const std::int64_t length = depth / chunks;
    if (i % length == 0) {
      chunk = register_module(std::to_string(i / length), std::make_shared<torch::nn::Module>());
    }
    blocks_.push_back(chunk->register_module(name, TransformerBlock(options)));
  }
}

std::vector<torch::Tensor> VitBlocksImpl::outputs(
    torch::Tensor x,
    const std::vector<std::int64_t>& taps,
    const std::function<torch::Tensor(std::int64_t block, const torch::Tensor& x)>& run) const {
  std::vector<torch::Tensor> result;
  for (std::int64_t i = 0; result.size() < taps.size(); ++i) {
    x = run(i, x);
    if (i == taps[result.size()]) result.push_back(x);
  }
  return result;
}

void initialize_vit_layers(torch::nn::Module& vit, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const auto parameters = vit.named_parameters();
  for (const auto& item : parameters) {
    const std::string& key = item.key();
    torch::Tensor tensor = item.value();
    const std::string module = key.substr(0, key.rfind('.') + 1);
    if (key.ends_with(".gamma")) {
      tensor.fill_(kLayerScale);
    } else if (key.ends_with(".weight") || key.ends_with(".bias")) {
      const torch::Tensor& weight = parameters[module + "weight"];
      const bool is_bias = key.ends_with(".bias");
      if (weight.dim() == 4) {
        fill_as_libtorch(tensor, weight, {seed, key});
      } else if (weight.dim() == 2 && !is_bias) {
        fill_normal(tensor, kLinearStd, {seed, key});
      } else {
        tensor.fill_(is_bias ? 0.0 : 1.0);
      }
    }
  }
}

}  // namespace saker
