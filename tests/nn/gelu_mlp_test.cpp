#include "nn/gelu_mlp.hpp"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

#include "nn/feed_forward.hpp"
#include "nn/gelu_kernel.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

class GeluKernelTest : public testing::TestWithParam<ProcessorLevel> {};

TEST_P(GeluKernelTest, EqualsTheDefinitionAndItsDerivative) {
  const GeluKernel* const kernel = gelu_kernel(GetParam());
  if (kernel == nullptr) GTEST_SKIP() << "none for this level";
  std::vector<float> z;
  for (int i = -1200; i <= 1200; ++i) z.push_back(static_cast<float>(i) * 0.01F);
  z.insert(z.end(), {-300.0F, 300.0F, 0.0F});
  const auto count = static_cast<std::int64_t>(z.size());
  std::vector<float> h(z.size()), again(z.size()), gradient(z.size(), 2.0F);
  kernel->forward(z.data(), count, h.data());
  kernel->backward(z.data(), count, again.data(), gradient.data());
  EXPECT_EQ(h, again);
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto x = static_cast<double>(z[i]);
    const double phi = std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
    const double cumulative = 0.5 * std::erfc(-x / std::sqrt(2.0));
    ASSERT_NEAR(static_cast<double>(h[i]), x * cumulative, 2e-7 * std::max(1.0, std::abs(x))) << x;
    ASSERT_NEAR(static_cast<double>(gradient[i]), 2 * (cumulative + x * phi), 2e-6) << x;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, GeluKernelTest, testing::ValuesIn(processor_levels()));

struct Mlp5 {
  torch::Tensor x, w1, b1, w2, b2, factors;

  std::vector<torch::Tensor> leaves() const { return {x, w1, b1, w2, b2}; }
  Mlp5 as(torch::ScalarType type) const {
    const auto leaf = [type](const torch::Tensor& t) {
      return t.detach().to(type).clone().requires_grad_();
    };
    return {leaf(x), leaf(w1), leaf(b1), leaf(w2), leaf(b2), factors.to(type)};
  }
};

Mlp5 make_mlp(std::int64_t rows, std::int64_t in, std::int64_t hidden, std::int64_t out) {
  return Mlp5{.x = test::uniform_tensor("x", {rows, in}, -1, 1),
              .w1 = test::uniform_tensor("w1", {hidden, in}, -1, 1),
              .b1 = test::uniform_tensor("b1", {hidden}, -1, 1),
              .w2 = test::uniform_tensor("w2", {out, hidden}, -1, 1),
              .b2 = test::uniform_tensor("b2", {out}, -1, 1),
              .factors = test::uniform_tensor("f", {rows, out}, -1, 1)}
      .as(torch::kFloat32);
}

std::vector<torch::Tensor> gradients(const torch::Tensor& y, const Mlp5& mlp) {
  return torch::autograd::grad({(y * mlp.factors).sum()}, mlp.leaves());
}

constexpr std::int64_t kRowsOfOwnKernels = 64;

void expect_near_definition(const Mlp5& mlp, bool mixed, double tolerance) {
  const Mlp5 exact = mlp.as(torch::kFloat64);
  const torch::Tensor wanted =
      torch::linear(torch::gelu(torch::linear(exact.x, exact.w1, exact.b1)), exact.w2, exact.b2);
  const auto of_wanted = gradients(wanted, exact);
  std::vector<torch::Tensor> first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount guard(threads);
    if (mixed) {
      at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
      at::autocast::set_autocast_enabled(at::kCPU, true);
    }
    const torch::Tensor y = gelu_mlp(mlp.x, mlp.w1, mlp.b1, mlp.w2, mlp.b2);
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    const auto near = [&](const torch::Tensor& a, const torch::Tensor& b) {
      const double size = b.abs().max().item<double>();
      return test::near(a.detach(), b.detach().to(torch::kFloat32), {tolerance * (1 + size), 0});
    };
    EXPECT_TRUE(near(y, wanted));
    const auto own = gradients(y, mlp);
    for (std::size_t i = 0; i < own.size(); ++i) EXPECT_TRUE(near(own[i], of_wanted[i])) << i;
    // Of our kernels alone: LibTorch's results depend on the number of threads on some processors.
    if (threads == 1) first = {y, own[0]};
    if (mlp.x.size(0) < kRowsOfOwnKernels) continue;
    EXPECT_TRUE(torch::equal(y, first[0]));
    EXPECT_TRUE(torch::equal(own[0], first[1]));
  }
}

TEST(GeluMlp, EqualsTheThreeStepsAndTheirGradients) {
  expect_near_definition(make_mlp(64, 8, 16, 8), false, 1e-5);
  expect_near_definition(make_mlp(301, 24, 100, 30), false, 1e-5);
  expect_near_definition(make_mlp(5, 24, 100, 24), false, 1e-5);  // too few rows for own kernels
}

TEST(GeluMlp, InMixedPrecision) {
  if (best_bfloat16_level() == Bfloat16Level::kNone) GTEST_SKIP() << "not on this processor";
  expect_near_definition(make_mlp(301, 24, 100, 30), true, 1e-2);
}

TEST(GeluMlp, FrozenPartsGetNoGradient) {
  const Mlp5 mlp = make_mlp(80, 24, 48, 24);
  const torch::Tensor y =
      gelu_mlp(mlp.x.detach(), mlp.w1, mlp.b1.detach(), mlp.w2.detach(), mlp.b2);
  const torch::Tensor z = torch::linear(mlp.x, mlp.w1, mlp.b1);
  const torch::Tensor expected = torch::linear(torch::gelu(z), mlp.w2, mlp.b2);
  const auto found = torch::autograd::grad({y.sum()}, {mlp.w1, mlp.b2});
  const auto wanted = torch::autograd::grad({expected.sum()}, {mlp.w1, mlp.b2});
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(test::near(found[i], wanted[i], {1e-4, 1e-5}));
}

// The scale that is multiplied into the weights while they are trained.
TEST(FeedForward, ScaleIsThatOfTheOutput) {
  Mlp mlp(24, 48);
  SwiGlu swiglu(24, 32);
  test::fill_module(*mlp);
  test::fill_module(*swiglu);
  const torch::Tensor x = test::uniform_tensor("x", {2, 50, 24}, -1, 1);
  const auto expect_scaled = [&](auto& network) {
    const torch::Tensor scale = test::uniform_tensor("s", {24}, -2, 2).requires_grad_();
    const torch::Tensor found = network->forward(x, scale), expected = network->forward(x) * scale;
    EXPECT_TRUE(test::near(found.detach(), expected.detach(), {1e-5, 1e-5}));
    std::vector<torch::Tensor> leaves = network->parameters();
    leaves.push_back(scale);
    const auto own = torch::autograd::grad({found.square().sum()}, leaves);
    const auto wanted = torch::autograd::grad({expected.square().sum()}, leaves);
    for (std::size_t i = 0; i < own.size(); ++i)
      EXPECT_TRUE(test::near(own[i], wanted[i], {1e-3, 1e-4})) << i;
    const torch::NoGradGuard no_grad;
    EXPECT_TRUE(torch::equal(network->forward(x, scale), network->forward(x) * scale));
  };
  expect_scaled(mlp);
  expect_scaled(swiglu);
}

}  // namespace
}  // namespace saker
