#include "train/sgd.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

bool is_plain_float_cpu(const torch::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat &&
         tensor.is_contiguous();
}

struct Factors {
  float lr, weight_decay, momentum, gradient_factor;
  bool nesterov;
};

void update_plain(float* parameter,
                  const float* gradient,
                  float* velocity,
                  std::int64_t count,
                  const Factors& factors) {
  at::parallel_for(0, count, 65536, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float g = gradient[i] + factors.weight_decay * parameter[i];
      const float v = factors.momentum * velocity[i] + factors.gradient_factor * g;
      velocity[i] = v;
      parameter[i] -= factors.lr * (factors.nesterov ? g + factors.momentum * v : v);
    }
  });
}

void update_general(torch::Tensor& parameter,
                    const torch::Tensor& gradient,
                    torch::Tensor& velocity,
                    const Factors& factors) {
  torch::Tensor g = gradient;
  if (factors.weight_decay != 0) g = g.add(parameter, factors.weight_decay);
  velocity.mul_(factors.momentum).add_(g, factors.gradient_factor);
  parameter.add_(factors.nesterov ? g.add(velocity, factors.momentum) : velocity, -factors.lr);
}

}  // namespace

Sgd::Sgd(std::vector<ParameterGroup> groups, SgdSettings settings)
    : groups_(std::move(groups)), settings_(settings) {
  std::size_t count = 0;
  for (const ParameterGroup& group : groups_) count += group.parameters.size();
  velocities_.resize(count);
}

void Sgd::step(double lr) {
  const torch::NoGradGuard no_grad;
  std::size_t index = 0;
  for (ParameterGroup& group : groups_) {
    Factors factors{.lr = static_cast<float>(lr * group.lr_factor),
                    .weight_decay = static_cast<float>(group.weight_decay),
                    .momentum = static_cast<float>(settings_.momentum),
                    .gradient_factor = static_cast<float>(1.0 - settings_.dampening),
                    .nesterov = settings_.nesterov};
    for (torch::Tensor& parameter : group.parameters) {
      torch::Tensor& velocity = velocities_[index++];
      const torch::Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      Factors own = factors;
      if (!velocity.defined()) {
        velocity = torch::zeros_like(parameter, torch::MemoryFormat::Contiguous);
        own.gradient_factor = 1.0F;
      }
      if (is_plain_float_cpu(parameter) && is_plain_float_cpu(gradient)) {
        update_plain(parameter.data_ptr<float>(),
                     gradient.const_data_ptr<float>(),
                     velocity.data_ptr<float>(),
                     parameter.numel(),
                     own);
      } else {
        update_general(parameter, gradient, velocity, own);
      }
    }
  }
}

void Sgd::zero_gradients() {
  for (ParameterGroup& group : groups_) {
    for (torch::Tensor& parameter : group.parameters) parameter.mutable_grad() = torch::Tensor();
  }
}

void Sgd::set_velocities(const std::vector<torch::Tensor>& velocities) {
  if (velocities.size() != velocities_.size()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("the optimizer has {} parameters, the checkpoint {}",
                            velocities_.size(),
                            velocities.size()));
  }
  std::size_t index = 0;
  for (const ParameterGroup& group : groups_) {
    for (std::size_t i = 0; i < group.parameters.size(); ++i, ++index) {
      const torch::Tensor& velocity = velocities[index];
      if (!velocity.defined()) {
        velocities_[index] = torch::Tensor();
        continue;
      }
      if (velocity.sizes() != group.parameters[i].sizes()) {
        throw Error(ErrorKind::kCheckpoint,
                    fmt::format("the optimizer state of '{}' has another shape in the checkpoint",
                                group.keys[i]));
      }
      velocities_[index] =
          velocity.to(group.parameters[i].device(), group.parameters[i].scalar_type(), false, true)
              .contiguous();
    }
  }
}

}  // namespace saker
