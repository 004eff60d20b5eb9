#include "nn/linear_product.hpp"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <array>
#include <vector>

#include "nn/processor_level.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

struct Layer {
  torch::Tensor x, weight, bias, factors;

  std::vector<torch::Tensor> leaves() const {
    return bias.defined() ? std::vector{x, weight, bias} : std::vector{x, weight};
  }
};

Layer make_layer(std::vector<std::int64_t> rows,
                 std::int64_t in,
                 std::int64_t out,
                 bool with_bias) {
  std::vector<std::int64_t> from = rows, to = rows;
  from.push_back(in);
  to.push_back(out);
  Layer layer{.x = test::uniform_tensor("x", from, -1, 1).requires_grad_(),
              .weight = test::uniform_tensor("w", {out, in}, -1, 1).requires_grad_(),
              .bias = {},
              .factors = test::uniform_tensor("f", to, -1, 1)};
  if (with_bias) layer.bias = test::uniform_tensor("b", {out}, -1, 1).requires_grad_();
  return layer;
}

void expect_equals_libtorch(const Layer& layer) {
  const torch::Tensor expected = torch::linear(layer.x, layer.weight, layer.bias);
  const auto gradients = torch::autograd::grad({(expected * layer.factors).sum()}, layer.leaves());
  for (const int threads : {1, 2}) {
    const test::ThreadCount guard(threads);
    const torch::Tensor found = linear_product(layer.x, layer.weight, layer.bias);
    EXPECT_TRUE(test::near(found.detach(), expected.detach(), {1e-5, 1e-5}));
    const auto own = torch::autograd::grad({(found * layer.factors).sum()}, layer.leaves());
    for (std::size_t i = 0; i < gradients.size(); ++i)
      EXPECT_TRUE(test::near(own[i], gradients[i], {2e-5, 1e-5})) << "leaf " << i;
  }
}

TEST(LinearProduct, EqualsLibTorchsWithGradients) {
  expect_equals_libtorch(make_layer({2, 101}, 40, 30, true));
  expect_equals_libtorch(make_layer({150}, 16, 96, false));
  expect_equals_libtorch(make_layer({2, 3, 40}, 7, 1, true));
  expect_equals_libtorch(make_layer({5}, 40, 30, true));  // too few rows for the own kernel
  expect_equals_libtorch(make_layer({0}, 40, 30, true));
}

TEST(LinearProduct, TakesStridedRows) {
  Layer layer = make_layer({101, 2}, 40, 30, true);
  layer.x = layer.x.detach().transpose(0, 1).requires_grad_();
  layer.factors = layer.factors.transpose(0, 1);
  expect_equals_libtorch(layer);
}

TEST(LinearProduct, RoundsAsWellAsLibTorch) {
  const Layer layer = make_layer({400}, 3072, 96, false);
  const torch::Tensor exact =
      torch::linear(layer.x.to(torch::kDouble), layer.weight.to(torch::kDouble));
  const auto error = [&](const torch::Tensor& y) {
    return (y.to(torch::kDouble) - exact).square().mean().sqrt().item<double>();
  };
  EXPECT_LE(error(linear_product(layer.x, layer.weight, {})),
            1.5 * error(torch::linear(layer.x, layer.weight)));
}

TEST(LinearProduct, WhatIsNotTrainedIsLibTorchs) {
  const Layer layer = make_layer({200}, 300, 40, true);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(linear_product(layer.x, layer.weight, layer.bias),
                           torch::linear(layer.x, layer.weight, layer.bias)));
}

TEST(LinearProduct, FrozenPartsGetNoGradient) {
  const Layer layer = make_layer({80}, 24, 24, true);
  const torch::Tensor frozen = layer.weight.detach();
  const torch::Tensor y = linear_product(layer.x, frozen, layer.bias.detach());
  const auto gradients = torch::autograd::grad({y.sum()}, {layer.x});
  EXPECT_TRUE(test::near(gradients[0], frozen.sum(0).expand({80, 24}).contiguous(), {1e-5, 1e-5}));
  EXPECT_FALSE(linear_product(layer.x.detach(), frozen, {}).requires_grad());
}

TEST(LinearProducts, EqualSeparateLayersWithGradients) {
  const Layer one = make_layer({2, 120}, 40, 30, true);
  const std::vector<torch::Tensor> weights = {
      one.weight,
      test::uniform_tensor("w2", {16, 40}, -1, 1).requires_grad_(),
      test::uniform_tensor("w3", {40, 40}, -1, 1)};  // frozen
  const std::vector<torch::Tensor> biases = {
      one.bias,
      test::uniform_tensor("b2", {16}, -1, 1).requires_grad_(),
      test::uniform_tensor("b3", {40}, -1, 1).requires_grad_()};
  const std::vector<torch::Tensor> leaves = {one.x, weights[0], weights[1], biases[0], biases[2]};
  const auto loss = [&](const std::vector<torch::Tensor>& y) {
    return (y[0] * one.factors).sum() + y[2].square().sum();  // the second is not used
  };
  std::vector<torch::Tensor> expected;
  for (std::size_t i = 0; i < weights.size(); ++i)
    expected.push_back(torch::linear(one.x, weights[i], biases[i]));
  const auto wanted = torch::autograd::grad({loss(expected)},
                                            leaves,
                                            {},
                                            /*retain_graph=*/false,
                                            /*create_graph=*/false,
                                            /*allow_unused=*/true);
  for (const int threads : {1, 2}) {
    const test::ThreadCount guard(threads);
    const std::vector<torch::Tensor> found = linear_products(one.x, weights, biases);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_TRUE(test::near(found[i].detach(), expected[i].detach(), {1e-5, 1e-5}));
    const auto own = torch::autograd::grad({loss(found)}, leaves, {}, false, false, true);
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (i == 2) continue;
      EXPECT_TRUE(test::near(own[i], wanted[i], {1e-4, 1e-5})) << i;
    }
  }
}

TEST(LinearProducts, FewRowsAreLibTorchs) {
  const Layer one = make_layer({5}, 40, 30, true);
  const std::vector<torch::Tensor> found = linear_products(one.x, {one.weight}, {one.bias});
  EXPECT_TRUE(torch::equal(found[0], torch::linear(one.x, one.weight, one.bias)));
}

class Bfloat16Autocast {
 public:
  Bfloat16Autocast() {
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
  }
  ~Bfloat16Autocast() {
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
  }
};

torch::Tensor rounded(const torch::Tensor& x) {
  return x.detach().to(torch::kBFloat16).to(torch::kDouble);
}

TEST(LinearProduct, RoundsFactorsInMixedPrecision) {
  if (best_bfloat16_level() == Bfloat16Level::kNone) GTEST_SKIP() << "not on this processor";
  // Rows below, at and above the blocks of the weight's gradient; columns that are no whole panels.
  for (const auto& [rows, in, out] :
       std::vector<std::array<std::int64_t, 3>>{{64, 16, 8}, {256, 64, 96}, {1003, 70, 45}}) {
    const Layer layer = make_layer({rows}, in, out, true);
    const torch::Tensor x = rounded(layer.x), weight = rounded(layer.weight),
                        factors = rounded(layer.factors);
    const torch::Tensor expected = torch::linear(x, weight, layer.bias.detach().to(torch::kDouble));
    const std::vector<torch::Tensor> gradients = {torch::mm(factors, weight),
                                                  torch::mm(factors.t(), x),
                                                  layer.factors.to(torch::kDouble).sum(0)};
    std::vector<torch::Tensor> first;
    for (const int threads : {1, 2, 3}) {
      const test::ThreadCount guard(threads);
      torch::Tensor found;
      {
        const Bfloat16Autocast autocast;
        found = linear_product(layer.x, layer.weight, layer.bias);
      }
      ASSERT_EQ(found.scalar_type(), torch::kFloat32);
      EXPECT_TRUE(test::near(found.detach(), expected.to(torch::kFloat32), {2e-5, 1e-5}));
      const auto own = torch::autograd::grad({(found * layer.factors).sum()}, layer.leaves());
      for (std::size_t i = 0; i < own.size(); ++i)
        EXPECT_TRUE(test::near(own[i], gradients[i].to(torch::kFloat32), {1e-4, 1e-5})) << i;
      if (threads == 1) first = own;
      EXPECT_TRUE(torch::equal(own[1], first[1]));
    }
  }
}

// What LibTorch's operations give in mixed precision.
TEST(LinearProduct, TakesBfloat16RowsInMixedPrecision) {
  if (best_bfloat16_level() == Bfloat16Level::kNone) GTEST_SKIP() << "not on this processor";
  const Layer layer = make_layer({80}, 24, 24, true);
  const torch::Tensor x = layer.x.detach().to(torch::kBFloat16).requires_grad_();
  torch::Tensor found;
  {
    const Bfloat16Autocast autocast;
    found = linear_product(x, layer.weight, layer.bias);
  }
  const torch::Tensor expected =
      torch::linear(rounded(x), rounded(layer.weight), layer.bias.detach().to(torch::kDouble));
  EXPECT_TRUE(test::near(found.detach(), expected.to(torch::kFloat32), {2e-5, 1e-5}));
  EXPECT_EQ(torch::autograd::grad({found.sum()}, {x})[0].scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace saker
