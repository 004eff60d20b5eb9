#include "nn/conv_norm.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "saker/error.hpp"

namespace saker {
namespace {

std::vector<std::string> keys(const torch::nn::Module& module) {
  std::vector<std::string> result;
  for (const auto& item : module.named_parameters()) result.push_back(item.key());
  for (const auto& item : module.named_buffers()) result.push_back(item.key());
  return result;
}

TEST(ConvNorm, KeysAndShapes) {
  ConvNorm block(ConvNormOptions{.in = 4, .out = 6, .kernel = 3, .stride = 2, .groups = 2});
  EXPECT_EQ(keys(*block),
            (std::vector<std::string>{"conv.weight",
                                      "bn.weight",
                                      "bn.bias",
                                      "bn.running_mean",
                                      "bn.running_var",
                                      "bn.num_batches_tracked"}));
  EXPECT_EQ(block->conv->weight.sizes(), (std::vector<std::int64_t>{6, 2, 3, 3}));
  EXPECT_EQ(block(torch::randn({2, 4, 7, 9})).sizes(), (std::vector<std::int64_t>{2, 6, 4, 5}));
}

TEST(ConvNorm, EqualsConvolutionThenNormThenRelu) {
  torch::manual_seed(1);
  for (const bool depthwise : {false, true}) {
    for (const Activation activation : {Activation::kNone, Activation::kRelu}) {
      ConvNorm block(ConvNormOptions{
          .in = 6, .out = 6, .kernel = 3, .groups = depthwise ? 6 : 1, .activation = activation});
      torch::nn::BatchNorm2d norm(6);
      const torch::Tensor x = torch::randn({2, 6, 10, 10});
      for (const bool training : {true, false}) {
        block->train(training);
        norm->train(training);
        const torch::Tensor y = block(x);
        const torch::Tensor z =
            norm(torch::conv2d(x, block->conv->weight, {}, 1, 1, 1, depthwise ? 6 : 1));
        EXPECT_TRUE(torch::allclose(y, activation == Activation::kRelu ? z.relu() : z, 1e-4, 1e-5));
        EXPECT_TRUE(torch::allclose(block->bn->running_var, norm->running_var, 1e-4, 1e-6));
        EXPECT_EQ(block->bn->num_batches_tracked.item<std::int64_t>(), 1);
      }
    }
  }
}

TEST(ConvNorm, ImpossibleSizesAreErrors) {
  EXPECT_THROW(ConvNorm(ConvNormOptions{.in = 0, .out = 4}), Error);
  EXPECT_THROW(ConvNorm(ConvNormOptions{.in = 4, .out = 4, .kernel = 2}), Error);
  EXPECT_THROW(ConvNorm(ConvNormOptions{.in = 4, .out = 6, .groups = 4}), Error);
  EXPECT_THROW(ConvNorm(ConvNormOptions{.in = 4, .out = 4, .stride = 0}), Error);
}

TEST(DepthwiseSeparable, KeysShapesAndValues) {
  torch::manual_seed(2);
  DepthwiseSeparable block(DepthwiseSeparableOptions{.in = 4, .out = 6, .stride = 2});
  EXPECT_EQ(keys(*block),
            (std::vector<std::string>{"depthwise.weight",
                                      "pointwise.weight",
                                      "bn.weight",
                                      "bn.bias",
                                      "bn.running_mean",
                                      "bn.running_var",
                                      "bn.num_batches_tracked"}));
  const torch::Tensor x = torch::randn({2, 4, 7, 9}).requires_grad_();
  const torch::Tensor y = block(x);
  torch::nn::BatchNorm2d norm(6);
  const torch::Tensor z =
      norm(torch::conv2d(torch::conv2d(x, block->depthwise->weight, {}, 2, 2, 1, 4),
                         block->pointwise->weight))
          .relu();
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{2, 6, 4, 5}));
  EXPECT_TRUE(torch::allclose(y, z, 1e-4, 1e-5));
  const torch::Tensor gradient = torch::randn_like(y);
  EXPECT_TRUE(torch::allclose(torch::autograd::grad({y}, {x}, {gradient})[0],
                              torch::autograd::grad({z}, {x}, {gradient})[0],
                              1e-3,
                              1e-4));
}

TEST(DepthwiseSeparable, ImpossibleSizesAreErrors) {
  EXPECT_THROW(DepthwiseSeparable(DepthwiseSeparableOptions{.in = 4, .out = -1}), Error);
  EXPECT_THROW(DepthwiseSeparable(DepthwiseSeparableOptions{.in = 4, .out = 4, .kernel = 4}),
               Error);
}

}  // namespace
}  // namespace saker
