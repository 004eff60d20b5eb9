#include "nn/initialization.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace saker {
namespace {

TEST(Initialization, DependsOnSeedAndKeyAlone) {
  torch::Tensor a = torch::empty({3, 5}), b = torch::empty({15}), other_seed = torch::empty({15}),
                other_key = torch::empty({15});
  fill_normal(a, 2.0, {7, "layer.weight"});
  fill_normal(b, 2.0, {7, "layer.weight"});
  fill_normal(other_seed, 2.0, {8, "layer.weight"});
  fill_normal(other_key, 2.0, {7, "layer.bias"});
  EXPECT_TRUE(torch::equal(a.flatten(), b));
  EXPECT_FALSE(torch::equal(other_seed, b));
  EXPECT_FALSE(torch::equal(other_key, b));
}

TEST(Initialization, NormalHasItsMoments) {
  torch::Tensor tensor = torch::empty({40000});
  fill_normal(tensor, 0.02, {0, "w"});
  EXPECT_NEAR(tensor.mean().item<double>(), 0, 4 * 0.02 / 200);
  EXPECT_NEAR(tensor.std().item<double>(), 0.02, 0.02 * 4 / std::sqrt(80000.0));
}

TEST(Initialization, UniformFillsItsRange) {
  torch::Tensor tensor = torch::empty({40000});
  fill_uniform(tensor, 0.5, {0, "w"});
  EXPECT_GE(tensor.min().item<double>(), -0.5);
  EXPECT_LT(tensor.max().item<double>(), 0.5);
  EXPECT_LT(tensor.min().item<double>(), -0.499);
  EXPECT_GT(tensor.max().item<double>(), 0.499);
  EXPECT_NEAR(tensor.std().item<double>(), 1 / std::sqrt(12.0), 0.005);
}

TEST(Initialization, BoundsFollowTheFans) {
  torch::Tensor weight = torch::empty({8, 4, 5, 5}), bias = torch::empty({4000});
  fill_as_libtorch(bias, weight, {0, "b"});
  EXPECT_LE(bias.abs().max().item<double>(), 0.1);  // 1 / sqrt(4 * 25)
  EXPECT_GT(bias.abs().max().item<double>(), 0.099);

  torch::Tensor matrix = torch::empty({90, 60});
  fill_xavier_uniform(matrix, {0, "m"});
  EXPECT_LE(matrix.abs().max().item<double>(), 0.2);  // sqrt(6 / 150)
  EXPECT_GT(matrix.abs().max().item<double>(), 0.199);

  torch::Tensor kernels = torch::empty({20, 10, 2, 2});
  fill_xavier_uniform(kernels, {0, "k"});
  EXPECT_LE(kernels.abs().max().item<double>(), std::sqrt(6.0 / 120));
  EXPECT_GT(kernels.abs().max().item<double>(), std::sqrt(6.0 / 120) * 0.99);
}

}  // namespace
}  // namespace saker
