#include "nn/pointwise_conv.hpp"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <vector>

#include "gradient_check.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

class PointwiseConv : public testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(9); }
};

TEST_F(PointwiseConv, EqualsLibTorchForwardAndBackward) {
  struct Case {
    std::int64_t batch, in, out, height, width;
  };
  for (const Case& c : {Case{2, 3, 5, 1, 1},
                        {3, 96, 44, 7, 7},
                        {2, 24, 48, 25, 19},
                        {8, 60, 112, 13, 13},
                        {1, 8, 8, 104, 52}}) {
    SCOPED_TRACE(testing::Message() << c.batch << " x " << c.in << " to " << c.out << ", "
                                    << c.height << " x " << c.width);
    const torch::Tensor input = torch::randn({c.batch, c.in, c.height, c.width}).requires_grad_();
    const torch::Tensor weight = torch::randn({c.out, c.in, 1, 1}).requires_grad_();
    const torch::Tensor bias = torch::randn({c.out}).requires_grad_();
    const torch::Tensor expected = torch::conv2d(input, weight, bias),
                        actual = pointwise_conv2d(input, weight, bias);
    EXPECT_TRUE(torch::allclose(actual, expected, 1e-4, 1e-4));
    const torch::Tensor gradient = torch::randn_like(expected);
    const auto expected_gradients =
        torch::autograd::grad({expected}, {input, weight, bias}, {gradient});
    const auto gradients = torch::autograd::grad({actual}, {input, weight, bias}, {gradient});
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(torch::allclose(gradients[i], expected_gradients[i], 1e-3, 1e-3)) << i;
  }
}

TEST_F(PointwiseConv, GradientsAgreeWithFiniteDifferences) {
  const torch::Tensor input = torch::randn({2, 3, 3, 2}).requires_grad_();
  const torch::Tensor weight = torch::randn({4, 3, 1, 1}).requires_grad_();
  const torch::Tensor bias = torch::randn({4}).requires_grad_();
  const torch::Tensor mixer = torch::randn({2, 4, 3, 2});
  test::expect_gradients_agree(
      [&] { return (pointwise_conv2d(input, weight, bias) * mixer).sum(); },
      {input, weight, bias},
      0.05,
      2e-3);
}

TEST_F(PointwiseConv, SameBitsForAnyNumberOfThreads) {
  const torch::Tensor input = torch::randn({8, 56, 26, 26}).requires_grad_();
  const torch::Tensor weight = torch::randn({100, 56, 1, 1}).requires_grad_();
  std::vector<torch::Tensor> first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor output = pointwise_conv2d(input, weight);
    auto results = torch::autograd::grad({output}, {input, weight}, {output.detach().cos()});
    results.push_back(output.detach());
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i)
      EXPECT_TRUE(torch::equal(results[i], first[i])) << i;
  }
}

TEST_F(PointwiseConv, SlicesOfChannelsAndOtherStrides) {
  const torch::Tensor input = torch::randn({3, 12, 9, 11}).requires_grad_();
  const torch::Tensor weight = torch::randn({7, 6, 1, 1}).requires_grad_();
  const torch::Tensor views[] = {input.chunk(2, 1)[1],
                                 input.narrow(1, 0, 6).contiguous(at::MemoryFormat::ChannelsLast),
                                 input.narrow(1, 0, 6).transpose(2, 3)};
  for (const torch::Tensor& view : views) {
    const torch::Tensor actual = pointwise_conv2d(view, weight),
                        expected = torch::conv2d(view, weight);
    EXPECT_TRUE(torch::allclose(actual, expected, 1e-4, 1e-5));
    // The gradient of sum() is an expanded scalar.
    const auto gradients = torch::autograd::grad({actual.sum()}, {input, weight});
    const auto expected_gradients = torch::autograd::grad({expected.sum()}, {input, weight});
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_TRUE(torch::allclose(gradients[i], expected_gradients[i], 1e-4, 1e-4));
  }
  // A gradient that is itself a slice of channels.
  const torch::Tensor both =
      torch::cat({pointwise_conv2d(views[0], weight), pointwise_conv2d(views[0], weight)}, 1);
  const torch::Tensor wanted =
      torch::cat({torch::conv2d(views[0], weight), torch::conv2d(views[0], weight)}, 1);
  const torch::Tensor gradient = torch::randn_like(both);
  EXPECT_TRUE(torch::allclose(torch::autograd::grad({both}, {weight}, {gradient})[0],
                              torch::autograd::grad({wanted}, {weight}, {gradient})[0],
                              1e-3,
                              1e-3));
}

TEST_F(PointwiseConv, OneGradientAlone) {
  const torch::Tensor input = torch::randn({2, 3, 8, 8}), weight = torch::randn({4, 3, 1, 1});
  const torch::Tensor input_leaf = input.clone().requires_grad_(),
                      weight_leaf = weight.clone().requires_grad_();
  const auto both = torch::autograd::grad({pointwise_conv2d(input_leaf, weight_leaf).sum()},
                                          {input_leaf, weight_leaf});
  EXPECT_TRUE(torch::equal(
      torch::autograd::grad({pointwise_conv2d(input_leaf, weight).sum()}, {input_leaf})[0],
      both[0]));
  EXPECT_TRUE(torch::equal(
      torch::autograd::grad({pointwise_conv2d(input, weight_leaf).sum()}, {weight_leaf})[0],
      both[1]));
}

TEST_F(PointwiseConv, BiasAndRelu) {
  const torch::Tensor input = torch::randn({2, 10, 13, 13}), weight = torch::randn({5, 10, 1, 1}),
                      bias = torch::randn({5});
  const torch::Tensor expected = torch::conv2d(input, weight, bias);
  EXPECT_TRUE(torch::allclose(
      pointwise_conv2d_bias_relu(input, weight, bias, false), expected, 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(
      pointwise_conv2d_bias_relu(input, weight, bias, true), expected.relu(), 1e-4, 1e-5));
  EXPECT_FALSE(pointwise_conv2d_bias_relu(input, weight.clone().requires_grad_(), bias, true)
                   .requires_grad());
}

TEST_F(PointwiseConv, OtherCasesGoToLibTorch) {
  const torch::Tensor input = torch::randn({2, 3, 9, 9}).to(torch::kFloat64),
                      weight = torch::randn({4, 3, 1, 1}).to(torch::kFloat64);
  EXPECT_TRUE(torch::equal(pointwise_conv2d(input, weight), torch::conv2d(input, weight)));
  EXPECT_TRUE(torch::equal(pointwise_conv2d_bias_relu(input, weight, {}, true),
                           torch::conv2d(input, weight).relu()));
  EXPECT_EQ(pointwise_conv2d(torch::randn({0, 3, 9, 9}), torch::randn({4, 3, 1, 1})).size(1), 4);
  EXPECT_THROW(pointwise_conv2d(torch::randn({2, 4, 9, 9}), torch::randn({4, 3, 1, 1})),
               c10::Error);
}

TEST_F(PointwiseConv, AutocastGoesToLibTorch) {
  const torch::Tensor input = torch::randn({2, 3, 9, 9}), weight = torch::randn({4, 3, 1, 1});
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const torch::Tensor output = pointwise_conv2d(input, weight);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  EXPECT_EQ(output.scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace saker
