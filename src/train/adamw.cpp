#include "train/adamw.hpp"

#include <torch/utils.h>

#include <cmath>
#include <utility>

#include "nn/dense_float.hpp"
#include "nn/parallel_arrays.hpp"
#include "nn/parameter_update_kernel.hpp"
#include "weights/torch_bridge.hpp"

namespace saker {
namespace {

// What one update of one parameter depends on.
struct Update {
  torch::Tensor parameter, gradient, first, second;
  double decay = 1, correction = 1, rate = 0;  // 1 - lr wd, sqrt(1 - beta2^t), lr / (1 - beta1^t)
};

struct PlainUpdate {
  float* parameter;
  const float* gradient;
  float* first;
  float* second;
  std::int64_t count;
  AdamWFactors factors;
};

PlainUpdate plain(const Update& update, const AdamWSettings& settings, double gradient_factor) {
  return {.parameter = update.parameter.data_ptr<float>(),
          .gradient = update.gradient.const_data_ptr<float>(),
          .first = update.first.data_ptr<float>(),
          .second = update.second.data_ptr<float>(),
          .count = update.parameter.numel(),
          .factors = {.decay = static_cast<float>(update.decay),
                      .gradient = static_cast<float>(gradient_factor),
                      .first = static_cast<float>(1 - settings.beta1),
                      .second = static_cast<float>(1 - settings.beta2),
                      .kept = static_cast<float>(settings.beta2),
                      .scale = static_cast<float>(1 / update.correction),
                      .epsilon = static_cast<float>(settings.epsilon),
                      .rate = static_cast<float>(update.rate)}};
}

void update_plain(const std::vector<PlainUpdate>& updates) {
  const ParameterUpdateKernel& kernel = parameter_update_kernel(best_processor_level());
  parallel_over(updates, [&](const PlainUpdate& u, std::int64_t begin, std::int64_t count) {
    kernel.adamw(u.parameter + begin,
                 u.gradient + begin,
                 u.first + begin,
                 u.second + begin,
                 count,
                 u.factors);
  });
}

void update_lists(const std::vector<Update>& updates,
                  const AdamWSettings& settings,
                  double gradient_factor) {
  if (updates.empty()) return;
  std::vector<torch::Tensor> parameters, gradients, firsts, seconds;
  std::vector<torch::Scalar> decays, corrections, rates;
  for (const Update& update : updates) {
    parameters.push_back(update.parameter);
    gradients.push_back(update.gradient);
    firsts.push_back(update.first);
    seconds.push_back(update.second);
    decays.emplace_back(update.decay);
    corrections.emplace_back(update.correction);
    rates.emplace_back(-update.rate);
  }
  if (gradient_factor != 1) gradients = at::_foreach_mul(gradients, gradient_factor);
  at::_foreach_mul_(parameters, decays);
  at::_foreach_lerp_(firsts, gradients, 1 - settings.beta1);
  at::_foreach_mul_(seconds, settings.beta2);
  at::_foreach_addcmul_(seconds, gradients, gradients, 1 - settings.beta2);
  const std::vector<torch::Tensor> denominators = at::_foreach_sqrt(seconds);
  at::_foreach_div_(denominators, corrections);
  at::_foreach_add_(denominators, settings.epsilon);
  at::_foreach_addcdiv_(parameters, firsts, denominators, rates);
}

}  // namespace

AdamW::AdamW(std::vector<ParameterGroup> groups, AdamWSettings settings)
    : Optimizer(std::move(groups)), settings_(settings), moments_(parameter_count()) {}

void AdamW::step(double lr, double gradient_factor) {
  const torch::NoGradGuard no_grad;
  std::vector<PlainUpdate> plain_updates;
  std::vector<Update> other_updates;
  std::size_t index = 0;
  for (const ParameterGroup& group : groups()) {
    const double rate = lr * group.lr_factor;
    for (const torch::Tensor& parameter : group.parameters) {
      Moments& moments = moments_[index++];
      const torch::Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      if (!moments.first.defined()) {
        moments.first = torch::zeros_like(parameter);
        moments.second = torch::zeros_like(parameter);
      }
      const auto t = static_cast<double>(++moments.updates);
      const Update update{.parameter = parameter,
                          .gradient = gradient,
                          .first = moments.first,
                          .second = moments.second,
                          .decay = 1 - rate * group.weight_decay,
                          .correction = std::sqrt(1 - std::pow(settings_.beta2, t)),
                          .rate = rate / (1 - std::pow(settings_.beta1, t))};
      if (is_dense_float(parameter) && are_laid_out_alike(parameter, gradient) &&
          are_laid_out_alike(parameter, moments.first) &&
          are_laid_out_alike(parameter, moments.second)) {
        plain_updates.push_back(plain(update, settings_, gradient_factor));
      } else {
        other_updates.push_back(update);
      }
    }
  }
  update_plain(plain_updates);
  update_lists(other_updates, settings_, gradient_factor);
}

PickleDict AdamW::parameter_state(std::size_t index) const {
  const Moments& moments = moments_[index];
  PickleDict state;
  if (!moments.first.defined()) return state;
  state.set("step", to_stored(torch::tensor(static_cast<float>(moments.updates))));
  state.set("exp_avg", to_stored(moments.first));
  state.set("exp_avg_sq", to_stored(moments.second));
  return state;
}

void AdamW::set_parameter_state(std::size_t index, const PickleValue* entry) {
  if (entry == nullptr) {
    moments_[index] = {};
    return;
  }
  // Old files hold the step as a number.
  const PickleValue& step = entry->at("step");
  const double updates =
      step.is_tensor() ? to_torch(step.as_tensor()).item<double>() : step.as_double();
  moments_[index] = {.updates = static_cast<std::int64_t>(updates),
                     .first = state_tensor(index, entry->at("exp_avg")),
                     .second = state_tensor(index, entry->at("exp_avg_sq"))};
}

PickleDict AdamW::group_settings(const ParameterGroup& group) const {
  PickleDict fields;
  fields.set("betas", PickleTuple{{settings_.beta1, settings_.beta2}});
  fields.set("eps", settings_.epsilon);
  fields.set("weight_decay", group.weight_decay);
  fields.set("amsgrad", false);
  fields.set("maximize", false);
  fields.set("foreach", nullptr);
  fields.set("capturable", false);
  fields.set("differentiable", false);
  fields.set("fused", nullptr);
  fields.set("decoupled_weight_decay", true);
  return fields;
}

}  // namespace saker
