#include "nn/batch_norm.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <limits>
#include <vector>

#include "gradient_check.hpp"
#include "saker/error.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

constexpr double kEps = 1e-5;

struct Norm {
  torch::Tensor weight, bias, mean, var;

  explicit Norm(std::int64_t channels)
      : weight((torch::rand({channels}) + 0.5).requires_grad_()),
        bias(torch::randn({channels}).requires_grad_()),
        mean(torch::randn({channels})),
        var(torch::rand({channels}) + 0.5) {}

  Norm copy() const {
    Norm other(weight.numel());
    other.weight = weight.detach().clone().requires_grad_();
    other.bias = bias.detach().clone().requires_grad_();
    other.mean = mean.clone();
    other.var = var.clone();
    return other;
  }

  torch::Tensor ours(const torch::Tensor& x, bool training, bool relu) const {
    return batch_norm_relu(x, weight, bias, mean, var, training, 0.1, kEps, relu);
  }
  torch::Tensor reference(const torch::Tensor& x, bool training, bool relu) const {
    const torch::Tensor y =
        torch::batch_norm(x, weight, bias, mean, var, training, 0.1, kEps, true);
    return relu ? y.relu() : y;
  }
};

TEST(BatchNorm, EqualsLibTorchForwardAndBackward) {
  torch::manual_seed(3);
  const std::vector<std::vector<std::int64_t>> shapes = {
      {2, 3, 1, 1}, {1, 3, 2, 3}, {2, 5, 7, 7}, {3, 4, 13, 13}, {2, 3, 25, 19}, {2, 2, 104, 104}};
  for (const auto& shape : shapes) {
    for (const bool relu : {false, true}) {
      for (const bool training : {false, true}) {
        SCOPED_TRACE(testing::Message() << shape << ", relu " << relu << ", training " << training);
        const Norm a(shape[1]), b = a.copy();
        const torch::Tensor x = (torch::randn(shape) * 3 + 2).requires_grad_();
        const torch::Tensor actual = a.ours(x, training, relu),
                            expected = b.reference(x, training, relu);
        EXPECT_TRUE(torch::allclose(actual, expected, 1e-5, 1e-5));
        EXPECT_TRUE(torch::allclose(a.mean, b.mean, 1e-5, 1e-6));
        EXPECT_TRUE(torch::allclose(a.var, b.var, 1e-5, 1e-6));
        const torch::Tensor gradient = torch::randn(shape);
        const auto gradients = torch::autograd::grad({actual}, {x, a.weight, a.bias}, {gradient});
        const auto expected_gradients =
            torch::autograd::grad({expected}, {x, b.weight, b.bias}, {gradient});
        EXPECT_TRUE(torch::allclose(gradients[0], expected_gradients[0], 1e-4, 1e-5));
        EXPECT_TRUE(torch::allclose(gradients[1], expected_gradients[1], 1e-4, 2e-4));
        EXPECT_TRUE(torch::allclose(gradients[2], expected_gradients[2], 1e-4, 2e-4));
      }
    }
  }
}

TEST(BatchNorm, GradientsAgreeWithFiniteDifferences) {
  torch::manual_seed(4);
  const Norm norm(2);
  {
    const torch::NoGradGuard no_grad;
    // One channel that ReLU leaves alone, one that it cuts, far from the kink.
    norm.bias.copy_(torch::tensor({8.0F, -8.0F}));
  }
  const torch::Tensor x = torch::randn({2, 2, 3, 5}).requires_grad_();
  const torch::Tensor mixer = torch::randn({2, 2, 3, 5});
  for (const bool relu : {false, true}) {
    test::expect_gradients_agree([&] { return (norm.ours(x, true, relu) * mixer).sum(); },
                                 {x, norm.weight, norm.bias},
                                 0.01,
                                 1e-2);
  }
}

TEST(BatchNorm, SmallSpreadAroundALargeMeanKeepsItsVariance) {
  torch::manual_seed(5);
  Norm norm(1);
  norm.mean.zero_();
  norm.var.zero_();
  const torch::Tensor x = torch::randn({8, 1, 52, 52}) * 0.5 + 1000;
  norm.ours(x, true, false);
  const torch::Tensor exact = x.to(torch::kFloat64);
  EXPECT_NEAR(norm.var.item<double>() / (0.1 * exact.var().item<double>()), 1, 1e-4);
  EXPECT_NEAR(norm.mean.item<double>() / (0.1 * exact.mean().item<double>()), 1, 1e-6);
}

TEST(BatchNorm, SameBitsForAnyNumberOfThreads) {
  torch::manual_seed(6);
  const torch::Tensor x = torch::randn({4, 7, 52, 52}).requires_grad_();
  const Norm norm(7);
  std::vector<torch::Tensor> first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor y = norm.ours(x, true, true);
    auto results = torch::autograd::grad({y.square().sum()}, {x, norm.weight, norm.bias});
    results.push_back(y.detach());
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i)
      EXPECT_TRUE(torch::equal(results[i], first[i])) << i;
  }
}

TEST(BatchNorm, NaNIsSeenInOutputAndStatistics) {
  Norm norm(2);
  torch::Tensor x = torch::randn({2, 2, 5, 5});
  x[1][0][2][2] = std::numeric_limits<float>::quiet_NaN();
  const torch::Tensor y = norm.ours(x, true, true);
  EXPECT_TRUE(y.select(1, 0).isnan().all().item<bool>());
  EXPECT_FALSE(y.select(1, 1).isnan().any().item<bool>());
  EXPECT_TRUE(norm.var[0].isnan().item<bool>());
}

TEST(BatchNorm, ConstantInputGivesTheBias) {
  Norm norm(1);
  const torch::Tensor y = norm.ours(torch::full({2, 1, 4, 4}, 3.0F), true, false);
  EXPECT_TRUE(torch::allclose(y, norm.bias.detach().expand_as(y.flatten()).view_as(y), 0, 1e-3));
}

TEST(BatchNorm, FrozenInputStillGivesWeightGradients) {
  torch::manual_seed(7);
  const Norm norm(3);
  const torch::Tensor x = torch::randn({2, 3, 6, 6}), leaf = x.clone().requires_grad_();
  const auto alone =
      torch::autograd::grad({norm.ours(x, true, true).square().sum()}, {norm.weight, norm.bias});
  const auto all = torch::autograd::grad({norm.ours(leaf, true, true).square().sum()},
                                         {norm.weight, norm.bias, leaf});
  EXPECT_TRUE(torch::equal(alone[0], all[0]));
  EXPECT_TRUE(torch::equal(alone[1], all[1]));
}

TEST(BatchNorm, OtherCasesGoToLibTorch) {
  torch::manual_seed(8);
  const Norm norm(3);
  const torch::Tensor x = torch::randn({2, 3, 4, 4}).to(torch::kBFloat16);
  EXPECT_TRUE(torch::equal(norm.ours(x, false, true), norm.reference(x, false, true)));
  EXPECT_THROW(norm.ours(torch::randn({1, 3, 1, 1}), true, false), Error);
}

}  // namespace
}  // namespace saker
