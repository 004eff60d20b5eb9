#include "distributed/gradient_reducer.hpp"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include "tensors/spawned_processes.hpp"

namespace saker {
namespace {

torch::nn::Linear linear_of_ones() {
  torch::nn::Linear linear(3, 2);
  const torch::NoGradGuard no_grad;
  linear->weight.fill_(1);
  linear->bias.fill_(0);
  return linear;
}

TEST(GradientReducer, GivesTheMeanOfAllGradients) {
  test::run_as_processes(3, [](Processes& processes) {
    torch::nn::Linear linear = linear_of_ones();
    GradientReducer reducer({linear->weight, linear->bias}, processes.gradient_group());
    // Twice, since the buckets are made anew after the first pass.
    for (int step = 1; step <= 2; ++step) {
      linear->zero_grad();
      reducer.begin_forward();
      const auto scale = static_cast<double>(step * (processes.rank() + 1));
      const torch::Tensor loss = linear(torch::full({1, 3}, scale)).sum();
      reducer.prepare(loss);
      loss.backward();
      EXPECT_TRUE(torch::allclose(linear->weight.grad(), torch::full({2, 3}, 2.0 * step)));
      EXPECT_TRUE(torch::allclose(linear->bias.grad(), torch::ones({2})));
    }
  });
}

TEST(GradientReducer, SharesWhatAccumulatedBefore) {
  test::run_as_processes(2, [](Processes& processes) {
    torch::nn::Linear linear = linear_of_ones();
    GradientReducer reducer({linear->weight, linear->bias}, processes.gradient_group());
    for (int step = 0; step < 2; ++step) {
      linear->weight.mutable_grad() = torch::Tensor();
      linear->bias.mutable_grad() = torch::Tensor();
      const auto own = static_cast<double>(processes.rank() + 1);
      linear(torch::full({1, 3}, own)).sum().backward();
      EXPECT_TRUE(torch::allclose(linear->weight.grad(), torch::full({2, 3}, own)));
      reducer.begin_forward();
      const torch::Tensor loss = linear(torch::full({1, 3}, 10 * own)).sum();
      reducer.prepare(loss);
      loss.backward();
      EXPECT_TRUE(torch::allclose(linear->weight.grad(), torch::full({2, 3}, 1.5 * 11)));
      EXPECT_TRUE(torch::allclose(linear->bias.grad(), torch::full({2}, 2.0)));
    }
  });
}

}  // namespace
}  // namespace saker
