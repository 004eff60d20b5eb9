// Heads with the weights of the golden files.
#pragma once

#include <torch/types.h>
#include <torch/utils.h>

#include <string>

#include "pretrain/projection_head.hpp"
#include "tensors/fill_module.hpp"

namespace saker::test {

// The fill rule, but for length factors, which are 0.9 to 1.1.
inline void fill_head(ProjectionHeadImpl& head, const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  fill_module(head, prefix);
  for (const auto& item : head.named_parameters()) {
    if (item.key().ends_with("original0"))
      item.value().copy_(uniform_tensor(prefix + item.key(), item.value().sizes().vec(), 0.9, 1.1));
  }
}

}  // namespace saker::test
