// Autograd against finite differences.
#pragma once

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>
#include <vector>

namespace saker::test {

// f: a scalar function of float32 leaves, linear or smooth within `step` of their values. Each
// derivative must agree with the central difference within tolerance * (1 + |derivative|). At most
// 40 entries of each leaf are tried, evenly spread.
inline void expect_gradients_agree(const std::function<torch::Tensor()>& f,
                                   const std::vector<torch::Tensor>& leaves,
                                   double step,
                                   double tolerance) {
  const torch::autograd::variable_list gradients = torch::autograd::grad({f()}, leaves);
  const torch::NoGradGuard no_grad;
  for (std::size_t l = 0; l < leaves.size(); ++l) {
    torch::Tensor flat = leaves[l].view(-1);
    const torch::Tensor gradient = gradients[l].reshape(-1);
    for (std::int64_t i = 0; i < flat.numel(); i += flat.numel() / 40 + 1) {
      const float value = flat[i].item<float>();
      const auto at = [&](double moved) {
        flat[i] = moved;
        const double result = f().item<double>();
        flat[i] = value;
        return result;
      };
      const double middle = static_cast<double>(value);
      const double expected = (at(middle + step) - at(middle - step)) / (2 * step);
      EXPECT_NEAR(gradient[i].item<double>(), expected, tolerance * (1 + std::abs(expected)))
          << "leaf " << l << ", entry " << i;
    }
  }
}

}  // namespace saker::test
