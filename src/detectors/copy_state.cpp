#include "detectors/copy_state.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include "saker/error.hpp"
#include "weights/state_dict.hpp"

namespace saker {

void copy_state(const torch::nn::Module& from, torch::nn::Module& to) {
  const StateDict source = collect_state_dict(from);
  if (source.empty()) return;
  to.to(source.entries().front().second.device());
  const torch::NoGradGuard no_grad;
  for (const auto& [key, tensor] : collect_state_dict(to)) {
    const torch::Tensor* value = source.find(key);
    if (value == nullptr)
      throw Error(ErrorKind::kInternal, fmt::format("a copy has {}, the original has not", key));
    torch::Tensor(tensor).copy_(*value);
  }
  const std::vector<torch::Tensor> own = from.parameters();
  std::vector<torch::Tensor> copied = to.parameters();
  for (std::size_t i = 0; i < own.size(); ++i) copied[i].requires_grad_(own[i].requires_grad());
  to.train(from.is_training());
}

}  // namespace saker
