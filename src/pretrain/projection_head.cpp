#include "pretrain/projection_head.hpp"

#include <torch/utils.h>

#include <memory>

#include "nn/float32_island.hpp"
#include "nn/gelu_mlp.hpp"
#include "nn/initialization.hpp"

namespace saker {
namespace {

constexpr double kHeadLinearStd = 0.02;
constexpr double kSmallestNorm = 1e-12;

}  // namespace

ProjectionHeadImpl::ProjectionHeadImpl(const ProjectionHeadOptions& options) : options_(options) {
  const auto mlp = register_module("mlp", std::make_shared<torch::nn::Module>());
  const std::array<std::int64_t, 4> widths = {
      options.width, options.hidden, options.hidden, options.bottleneck};
  int place = 0;  // in the sequence of layers and activations
  for (std::size_t i = 0; i < 3; ++i) {
    linear_[i] = mlp->register_module(std::to_string(place++), Linear(widths[i], widths[i + 1]));
    if (i == 2) break;
    if (options.batch_norm)
      norm_[i] =
          mlp->register_module(std::to_string(place++), torch::nn::BatchNorm1d(widths[i + 1]));
    ++place;
  }
  // Two levels of modules for the names that published files have.
  const auto last = register_module("last_layer", std::make_shared<torch::nn::Module>());
  const auto parts =
      last->register_module("parametrizations", std::make_shared<torch::nn::Module>());
  const auto weight = parts->register_module("weight", std::make_shared<torch::nn::Module>());
  lengths_ = weight->register_parameter("original0", torch::empty({options.prototypes, 1}));
  directions_ = weight->register_parameter("original1",
                                           torch::empty({options.prototypes, options.bottleneck}));
}

void ProjectionHeadImpl::initialize(std::uint64_t seed, const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : named_parameters()) {
    torch::Tensor tensor = item.value();
    const WeightKey key{seed, prefix + item.key()};
    if (item.key().ends_with("original0")) {
      tensor.fill_(1);
    } else if (item.key().ends_with("original1")) {
      fill_as_libtorch(tensor, tensor, key);
    } else if (tensor.dim() == 2) {
      fill_normal(tensor, kHeadLinearStd, key);
    } else {
      // Biases, and the scales of batch norms.
      tensor.fill_(options_.batch_norm && item.key().ends_with(".weight") ? 1 : 0);
    }
  }
}

torch::Tensor ProjectionHeadImpl::bottleneck(const torch::Tensor& tokens) {
  torch::Tensor x;
  if (options_.batch_norm) {
    x = torch::gelu(norm_[0]->forward(linear_[0]->forward(tokens)));
    x = linear_[2]->forward(torch::gelu(norm_[1]->forward(linear_[1]->forward(x))));
  } else {
    x = gelu_mlp(
        tokens, linear_[0]->weight, linear_[0]->bias, linear_[1]->weight, linear_[1]->bias);
    x = linear_[2]->forward(torch::gelu(x));
  }
  const Float32Island island;
  if (x.scalar_type() != torch::kFloat64) x = x.to(torch::kFloat32);
  return x / x.norm(2, -1, /*keepdim=*/true).clamp_min(kSmallestNorm);
}

torch::Tensor ProjectionHeadImpl::prototypes() const {
  return at::_weight_norm(directions_, lengths_, 0);
}

torch::Tensor ProjectionHeadImpl::forward(const torch::Tensor& tokens) {
  return torch::linear(bottleneck(tokens), prototypes());
}

}  // namespace saker
