#include "train/sgd.hpp"

#include <torch/utils.h>

#include <utility>

#include "nn/parallel.hpp"
#include "weights/torch_bridge.hpp"

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
  parallel_for(count, 65536, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float g = gradient[i] + factors.weight_decay * parameter[i];
      const float v = factors.momentum * velocity[i] + factors.gradient_factor * g;
      velocity[i] = v;
      parameter[i] -= factors.lr * (factors.nesterov ? g + factors.momentum * v : v);
    }
  });
}

void update_general(const torch::Tensor& parameter,
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
    : Optimizer(std::move(groups)), settings_(settings), velocities_(parameter_count()) {}

void Sgd::step(double lr, double gradient_factor) {
  const torch::NoGradGuard no_grad;
  std::size_t index = 0;
  for (const ParameterGroup& group : groups()) {
    Factors factors{.lr = static_cast<float>(lr * group.lr_factor),
                    .weight_decay = static_cast<float>(group.weight_decay),
                    .momentum = static_cast<float>(settings_.momentum),
                    .gradient_factor = static_cast<float>(1.0 - settings_.dampening),
                    .nesterov = settings_.nesterov};
    for (const torch::Tensor& parameter : group.parameters) {
      torch::Tensor& velocity = velocities_[index++];
      torch::Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      if (gradient_factor != 1) gradient = gradient * gradient_factor;
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

PickleDict Sgd::parameter_state(std::size_t index) const {
  PickleDict state;
  if (velocities_[index].defined()) state.set("momentum_buffer", to_stored(velocities_[index]));
  return state;
}

void Sgd::set_parameter_state(std::size_t index, const PickleValue* entry) {
  const PickleValue* buffer = entry == nullptr ? nullptr : entry->find("momentum_buffer");
  velocities_[index] = buffer != nullptr && buffer->is_tensor()
                           ? state_tensor(index, *buffer).contiguous()
                           : torch::Tensor();
}

PickleDict Sgd::group_settings(const ParameterGroup& group) const {
  PickleDict fields;
  fields.set("momentum", settings_.momentum);
  fields.set("dampening",
             settings_.dampening == 0 ? PickleValue(0) : PickleValue(settings_.dampening));
  fields.set("weight_decay", group.weight_decay);
  fields.set("nesterov", settings_.nesterov);
  fields.set("maximize", false);
  fields.set("foreach", nullptr);
  fields.set("differentiable", false);
  fields.set("fused", nullptr);
  return fields;
}

}  // namespace saker
