#include "train/gradient_norm.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>

namespace saker {
namespace {

std::vector<ParameterGroup> with_gradients(const std::vector<torch::Tensor>& gradients) {
  std::vector<ParameterGroup> groups(2);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    torch::Tensor parameter = torch::zeros_like(gradients[i]).set_requires_grad(true);
    parameter.mutable_grad() = gradients[i];
    groups[i % 2].parameters.push_back(parameter);
  }
  groups[1].parameters.push_back(torch::zeros({3}).set_requires_grad(true));  // without a gradient
  return groups;
}

TEST(GradientNorm, IsTakenOverAllGroups) {
  EXPECT_EQ(gradient_norm(with_gradients({})), 0);
  EXPECT_DOUBLE_EQ(gradient_norm(with_gradients({torch::full({1}, 3.0F), torch::full({1}, -4.0F)})),
                   5);
}

TEST(GradientNorm, OfEveryLayoutAndType) {
  torch::manual_seed(0);
  const std::vector<torch::Tensor> gradients = {
      torch::randn({40, 1000}),
      torch::randn({4, 8, 3, 3}).contiguous(torch::MemoryFormat::ChannelsLast),
      torch::randn({6, 5}).slice(1, 0, 3),
      torch::randn({17}, torch::kDouble)};
  double sum = 0;
  for (const torch::Tensor& g : gradients)
    sum += g.to(torch::kDouble).square().sum().item<double>();
  EXPECT_NEAR(gradient_norm(with_gradients(gradients)), std::sqrt(sum), 1e-6 * std::sqrt(sum));
}

TEST(GradientNorm, ThreadsDoNotChangeIt) {
  torch::manual_seed(0);
  const auto groups = with_gradients({torch::randn({300001}), torch::randn({77})});
  const int before = torch::get_num_threads();
  torch::set_num_threads(1);
  const double one = gradient_norm(groups);
  torch::set_num_threads(3);
  EXPECT_EQ(gradient_norm(groups), one);
  torch::set_num_threads(before);
}

TEST(GradientNorm, FactorsShortenButNeverLengthen) {
  EXPECT_DOUBLE_EQ(clip_factor(10, 0.1), 0.1 / (10 + 1e-6));
  EXPECT_EQ(clip_factor(0.05, 0.1), 1);
  EXPECT_EQ(clip_factor(0, 0.1), 1);
  EXPECT_EQ(clip_factor(1e9, 0), 1);
  EXPECT_EQ(clip_factor(1e9, -1), 1);
  EXPECT_EQ(clip_factor(std::numeric_limits<double>::infinity(), 0.1), 0);
  EXPECT_TRUE(std::isnan(clip_factor(std::nan(""), 0.1)));
}

}  // namespace
}  // namespace saker
