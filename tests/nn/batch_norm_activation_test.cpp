#include "nn/batch_norm_activation.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <tuple>
#include <vector>

#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

BatchNorm2d random_norm(std::int64_t channels) {
  BatchNorm2d norm(channels);
  const torch::NoGradGuard no_grad;
  norm->weight.uniform_(-1.5, 1.5);
  norm->bias.normal_();
  norm->running_mean.normal_();
  norm->running_var.uniform_(0.5, 2);
  return norm;
}

BatchNorm2d copy_of(const BatchNorm2d& norm, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  BatchNorm2d copy(norm->options.num_features());
  copy->to(type);
  copy->weight.copy_(norm->weight);
  copy->bias.copy_(norm->bias);
  copy->running_mean.copy_(norm->running_mean);
  copy->running_var.copy_(norm->running_var);
  return copy;
}

torch::Tensor channels_last(const torch::Tensor& x) {
  return x.contiguous(torch::MemoryFormat::ChannelsLast);
}

using Case = std::tuple<Activation, torch::ScalarType>;
class BatchNormActivationTest : public testing::TestWithParam<Case> {};

TEST_P(BatchNormActivationTest, EqualsNormThenActivationInDoublePrecision) {
  const auto [activation, type] = GetParam();
  torch::manual_seed(1);
  // Channels below, at and above the widths of vectors; pixels of several runs.
  for (const std::int64_t channels : {1, 7, 16, 45, 64}) {
    for (const std::int64_t side : {2, 13, 24}) {
      SCOPED_TRACE(testing::Message() << channels << " channels, " << side);
      // Means that are large against the spread must not cost exactness.
      const torch::Tensor values = channels_last(torch::randn({2, channels, side, side}) +
                                                 20 * torch::randn({channels, 1, 1}))
                                       .to(type);
      const torch::Tensor factors = channels_last(torch::randn({2, channels, side, side})).to(type);
      BatchNorm2d norm = random_norm(channels);
      BatchNorm2d exact = copy_of(norm, torch::kFloat64);
      const torch::Tensor exact_x = values.to(torch::kFloat64).requires_grad_();
      const torch::Tensor expected = activate(exact->forward(exact_x), activation);
      const auto gradients = torch::autograd::grad({(expected * factors.to(torch::kFloat64)).sum()},
                                                   {exact_x, exact->weight, exact->bias});
      std::vector<torch::Tensor> first;
      for (const int threads : {1, 2, 3}) {
        const test::ThreadCount guard(threads);
        BatchNorm2d own = copy_of(norm, torch::kFloat32);
        const torch::Tensor x = values.detach().clone().requires_grad_();
        const torch::Tensor y = batch_norm_activation(x, *own, activation);
        ASSERT_EQ(y.scalar_type(), type);
        const auto found = torch::autograd::grad({(y * factors).to(torch::kFloat32).sum()},
                                                 {x, own->weight, own->bias});
        const double rounding = type == torch::kFloat32 ? 2e-5 : 1e-2;
        EXPECT_TRUE(test::near(y.detach().to(torch::kFloat32).contiguous(),
                               expected.detach().to(torch::kFloat32).contiguous(),
                               {rounding, rounding}));
        EXPECT_TRUE(
            test::near(own->running_mean, exact->running_mean.to(torch::kFloat32), {1e-5, 1e-5}));
        EXPECT_TRUE(
            test::near(own->running_var, exact->running_var.to(torch::kFloat32), {1e-5, 1e-4}));
        EXPECT_EQ(own->num_batches_tracked.item<int>(), 1);
        for (std::size_t i = 0; i < found.size(); ++i) {
          const torch::Tensor wanted = gradients[i].to(torch::kFloat32).contiguous();
          const double size = wanted.abs().max().item<double>();
          EXPECT_TRUE(test::near(
              found[i].to(torch::kFloat32).contiguous(), wanted, {2 * rounding * (1 + size), 0}))
              << i;
        }
        if (threads == 1) first = found;
        for (std::size_t i = 0; i < found.size(); ++i)
          EXPECT_TRUE(torch::equal(found[i], first[i]));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    BatchNormActivationTest,
    testing::Combine(testing::Values(Activation::kNone, Activation::kRelu, Activation::kSilu),
                     testing::Values(torch::kFloat32, torch::kBFloat16)));

TEST(BatchNormActivation, WhatIsNotTrainedIsLibTorchs) {
  torch::manual_seed(2);
  BatchNorm2d norm = random_norm(9);
  const torch::Tensor x = channels_last(torch::randn({2, 9, 5, 6}));
  norm->eval();
  EXPECT_TRUE(torch::equal(batch_norm_activation(x, *norm, Activation::kSilu),
                           torch::silu(norm->forward(x))));
  EXPECT_EQ(norm->num_batches_tracked.item<int>(), 0);
  norm->train();
  const torch::Tensor single = channels_last(torch::randn({1, 9, 1, 1}));
  EXPECT_THROW(batch_norm_activation(single, *norm, Activation::kNone), c10::Error);
  EXPECT_TRUE(torch::isfinite(norm->running_var).all().item<bool>());
}

TEST(BatchNormActivation, NotANumberIsNotHidden) {
  BatchNorm2d norm = random_norm(16);
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    torch::Tensor x = channels_last(torch::randn({2, 16, 5, 6})).to(type);
    x[0][3][1][1] = NAN;
    const torch::Tensor y = batch_norm_activation(x, *norm, Activation::kRelu);
    EXPECT_TRUE(y.select(1, 3).isnan().all().item<bool>());
    EXPECT_FALSE(y.select(1, 4).isnan().any().item<bool>());
  }
}

}  // namespace
}  // namespace saker
