#include "nn/folded_conv.hpp"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/utils.h>

namespace saker {
namespace {

torch::nn::BatchNorm2d random_norm(std::int64_t channels) {
  torch::nn::BatchNorm2d norm(channels);
  const torch::NoGradGuard no_grad;
  norm->weight.uniform_(0.5, 1.5);
  norm->bias.normal_();
  norm->running_mean.normal_();
  norm->running_var.uniform_(0.5, 2);
  norm->eval();
  return norm;
}

TEST(FoldedConv, EqualsConvolutionNormAndActivation) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  struct Shape {
    std::int64_t kernel, stride, padding, groups;
  };
  for (const Shape& shape : {Shape{1, 1, 0, 1}, {3, 1, 1, 1}, {3, 2, 1, 2}, {4, 4, 0, 1}}) {
    for (const bool bias : {false, true}) {
      for (const Activation activation :
           {Activation::kNone, Activation::kRelu, Activation::kSilu, Activation::kGelu}) {
        Conv2d conv(Conv2dOptions{.in = 4,
                                  .out = 6,
                                  .kernel = shape.kernel,
                                  .stride = shape.stride,
                                  .padding = shape.padding,
                                  .groups = shape.groups,
                                  .bias = bias});
        for (torch::Tensor& parameter : conv->parameters()) parameter.normal_();
        torch::nn::BatchNorm2d norm = random_norm(6);
        const torch::Tensor x = torch::randn({2, 4, 12, 8});
        const torch::Tensor without = activate(conv->forward(x), activation);
        const torch::Tensor with = activate(norm->forward(conv->forward(x)), activation);
        const FoldedConv alone(*conv, nullptr, activation), folded(*conv, norm.get(), activation);
        conv->weight.zero_();  // does not reach the folded forms
        EXPECT_TRUE(torch::allclose(alone(x), without, 1e-4, 1e-4));
        EXPECT_TRUE(torch::allclose(folded(x), with, 1e-4, 1e-4));
        const torch::Tensor channels_last = x.contiguous(torch::MemoryFormat::ChannelsLast);
        EXPECT_TRUE(torch::allclose(folded(channels_last), with, 1e-4, 1e-4));
      }
    }
  }
}

TEST(FoldedConv, IsEmptyAtFirst) { EXPECT_FALSE(FoldedConv()); }

}  // namespace
}  // namespace saker
