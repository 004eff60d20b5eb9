#include "nn/depthwise_conv.hpp"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <tuple>

#include "gradient_check.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

torch::Tensor reference(const torch::Tensor& input,
                        const torch::Tensor& weight,
                        std::int64_t stride) {
  return torch::conv2d(input, weight, {}, stride, weight.size(2) / 2, 1, weight.size(0));
}

class DepthwiseConvTest : public testing::TestWithParam<std::tuple<int, int>> {
 protected:
  void SetUp() override { torch::manual_seed(5); }
};

TEST_P(DepthwiseConvTest, EqualsLibTorchForwardAndBackward) {
  const auto [k, stride] = GetParam();
  const std::vector<std::pair<int, int>> sizes = {
      {1, 1}, {2, 3}, {7, 7}, {13, 13}, {25, 19}, {52, 52}};
  for (const auto& [height, width] : sizes) {
    SCOPED_TRACE(testing::Message() << height << " x " << width);
    const torch::Tensor input = torch::randn({2, 5, height, width}).requires_grad_();
    const torch::Tensor weight = torch::randn({5, 1, k, k}).requires_grad_();
    const torch::Tensor expected = reference(input, weight, stride);
    const torch::Tensor actual = depthwise_conv2d(input, weight, stride, k / 2);
    EXPECT_TRUE(torch::allclose(actual, expected, 1e-5, 1e-5));
    const torch::Tensor gradient = torch::randn_like(expected);
    const auto expected_gradients = torch::autograd::grad({expected}, {input, weight}, {gradient});
    const auto gradients = torch::autograd::grad({actual}, {input, weight}, {gradient});
    EXPECT_TRUE(torch::allclose(gradients[0], expected_gradients[0], 1e-5, 1e-5));
    EXPECT_TRUE(torch::allclose(gradients[1], expected_gradients[1], 1e-4, 2e-4));
  }
}

TEST_P(DepthwiseConvTest, GradientsAgreeWithFiniteDifferences) {
  const auto [k, stride] = GetParam();
  const torch::Tensor input = torch::randn({2, 2, 5, 4}).requires_grad_();
  const torch::Tensor weight = torch::randn({2, 1, k, k}).requires_grad_();
  const torch::Tensor mixer = torch::randn_like(reference(input, weight, stride));
  test::expect_gradients_agree(
      [&, k = k, stride = stride] {
        return (depthwise_conv2d(input, weight, stride, k / 2) * mixer).sum();
      },
      {input, weight},
      0.05,
      2e-3);
}

TEST_P(DepthwiseConvTest, SameBitsForAnyNumberOfThreads) {
  const auto [k, stride] = GetParam();
  const torch::Tensor input = torch::randn({3, 7, 52, 52}).requires_grad_();
  const torch::Tensor weight = torch::randn({7, 1, k, k}).requires_grad_();
  std::vector<torch::Tensor> first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor output = depthwise_conv2d(input, weight, stride, k / 2);
    const auto gradients = torch::autograd::grad({output.square().sum()}, {input, weight});
    const std::vector<torch::Tensor> results = {output.detach(), gradients[0], gradients[1]};
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i)
      EXPECT_TRUE(torch::equal(results[i], first[i])) << i;
  }
}

TEST_P(DepthwiseConvTest, BatchOfOneEqualsItsPlaceInABatch) {
  const auto [k, stride] = GetParam();
  const torch::Tensor input = torch::randn({4, 3, 26, 26}), weight = torch::randn({3, 1, k, k});
  const torch::Tensor output = depthwise_conv2d(input, weight, stride, k / 2);
  EXPECT_TRUE(torch::equal(depthwise_conv2d(input.narrow(0, 2, 1), weight, stride, k / 2),
                           output.narrow(0, 2, 1)));
}

TEST_P(DepthwiseConvTest, StridedArgumentsAndGradients) {
  const auto [k, stride] = GetParam();
  const torch::Tensor input = torch::randn({2, 10, 9, 11}).requires_grad_();
  const torch::Tensor weight = torch::randn({5, 1, k, k}).transpose(2, 3).requires_grad_();
  const torch::Tensor views[] = {input.chunk(2, 1)[1],
                                 input.narrow(1, 0, 5).contiguous(at::MemoryFormat::ChannelsLast)};
  for (const torch::Tensor& view : views) {
    const torch::Tensor actual = depthwise_conv2d(view, weight, stride, k / 2);
    const torch::Tensor expected = reference(view, weight, stride);
    EXPECT_TRUE(torch::allclose(actual, expected, 1e-5, 1e-5));
    // The gradient of sum() is an expanded scalar.
    const auto gradients = torch::autograd::grad({actual.sum()}, {input, weight});
    const auto expected_gradients = torch::autograd::grad({expected.sum()}, {input, weight});
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_TRUE(torch::allclose(gradients[i], expected_gradients[i], 1e-4, 1e-4));
  }
}

TEST_P(DepthwiseConvTest, OneGradientAlone) {
  const auto [k, stride] = GetParam();
  const torch::Tensor input = torch::randn({2, 3, 8, 8}), weight = torch::randn({3, 1, k, k});
  const torch::Tensor input_leaf = input.clone().requires_grad_(),
                      weight_leaf = weight.clone().requires_grad_();
  const auto both = torch::autograd::grad(
      {depthwise_conv2d(input_leaf, weight_leaf, stride, k / 2).sum()}, {input_leaf, weight_leaf});
  EXPECT_TRUE(torch::equal(
      torch::autograd::grad({depthwise_conv2d(input_leaf, weight, stride, k / 2).sum()},
                            {input_leaf})[0],
      both[0]));
  EXPECT_TRUE(torch::equal(
      torch::autograd::grad({depthwise_conv2d(input, weight_leaf, stride, k / 2).sum()},
                            {weight_leaf})[0],
      both[1]));
}

TEST_P(DepthwiseConvTest, BiasAndRelu) {
  const auto [k, stride] = GetParam();
  const torch::Tensor input = torch::randn({2, 5, 13, 13}), weight = torch::randn({5, 1, k, k}),
                      bias = torch::randn({5});
  const torch::Tensor expected = torch::conv2d(input, weight, bias, stride, k / 2, 1, 5);
  const auto actual = [&, k = k, stride = stride](const torch::Tensor& b, bool relu) {
    return depthwise_conv2d_bias_relu(input, weight, b, stride, k / 2, relu);
  };
  EXPECT_TRUE(torch::allclose(actual(bias, false), expected, 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(actual(bias, true), expected.relu(), 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(actual({}, false), reference(input, weight, stride), 1e-5, 1e-5));
  EXPECT_FALSE(
      depthwise_conv2d_bias_relu(input, weight.clone().requires_grad_(), bias, stride, k / 2, true)
          .requires_grad());
}

INSTANTIATE_TEST_SUITE_P(KernelsStrides,
                         DepthwiseConvTest,
                         testing::Combine(testing::Values(3, 5), testing::Values(1, 2)));

TEST(DepthwiseConv, OtherCasesGoToLibTorch) {
  torch::manual_seed(5);
  const torch::Tensor input = torch::randn({2, 3, 9, 9}), weight = torch::randn({3, 1, 7, 7});
  EXPECT_TRUE(torch::equal(depthwise_conv2d(input, weight, 1, 3), reference(input, weight, 1)));
  const torch::Tensor narrow = weight.narrow(2, 0, 3).narrow(3, 0, 3).contiguous();
  const std::int64_t no_padding = 0;
  EXPECT_TRUE(torch::equal(depthwise_conv2d(input, narrow, 1, no_padding),
                           torch::conv2d(input, narrow, {}, 1, no_padding, 1, 3)));
  EXPECT_TRUE(torch::equal(depthwise_conv2d(input, narrow, 3, 1), reference(input, narrow, 3)));
  const torch::Tensor input64 = input.to(torch::kFloat64), weight64 = narrow.to(torch::kFloat64);
  EXPECT_TRUE(
      torch::equal(depthwise_conv2d(input64, weight64, 1, 1), reference(input64, weight64, 1)));
  EXPECT_TRUE(torch::equal(depthwise_conv2d_bias_relu(input64, weight64, {}, 1, 1, true),
                           reference(input64, weight64, 1).relu()));
  EXPECT_EQ(depthwise_conv2d(torch::randn({0, 3, 9, 9}), narrow, 1, 1).sizes(),
            (std::vector<std::int64_t>{0, 3, 9, 9}));
  EXPECT_THROW(depthwise_conv2d(torch::randn({2, 4, 9, 9}), narrow, 1, 1), c10::Error);
}

TEST(DepthwiseConv, AutocastGoesToLibTorch) {
  const torch::Tensor input = torch::randn({2, 3, 9, 9}), weight = torch::randn({3, 1, 3, 3});
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const torch::Tensor output = depthwise_conv2d(input, weight, 1, 1);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  EXPECT_EQ(output.scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace saker
