#include "nn/skip_initialization.hpp"

#include <gtest/gtest.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <thread>

namespace saker {
namespace {

TEST(SkipInitialization, LeavesValuesAsTheyAre) {
  torch::Tensor values = torch::ones({1000});
  {
    const SkipInitialization skip;
    values.uniform_(-1, 1);
    values.normal_(0, 1);
    torch::nn::init::kaiming_uniform_(values.view({10, 100}));
    EXPECT_TRUE(torch::equal(values, torch::ones({1000})));
    // On this thread alone.
    std::thread([&] { values[0].uniform_(-1, 0); }).join();
    EXPECT_LE(values[0].item<float>(), 0);
  }
  values.uniform_(-1, 0);
  EXPECT_LE(values.max().item<float>(), 0);
}

TEST(SkipInitialization, EverythingElseWorks) {
  const SkipInitialization skip;
  torch::nn::BatchNorm2d norm(3);
  EXPECT_TRUE(torch::equal(norm->weight, torch::ones({3})));
  torch::nn::Linear linear(4, 2);
  torch::nn::init::constant_(linear->weight, 0.5);
  torch::nn::init::zeros_(linear->bias);
  const torch::Tensor out = linear->forward(torch::ones({1, 4}));
  EXPECT_TRUE(torch::equal(out, torch::full({1, 2}, 2.0)));
  out.sum().backward();
  EXPECT_TRUE(torch::equal(linear->weight.grad(), torch::ones({2, 4})));
}

}  // namespace
}  // namespace saker
