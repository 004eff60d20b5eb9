#include "detectors/picodet/conv_blocks.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "detectors/picodet/golden_weights.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

template <typename Unit>
void expect_folding_changes_nothing(Unit& unit) {
  test::fill_golden_weights(unit, 0);
  unit.eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor input = test::uniform_tensor("input", {2, 8, 7, 9}, -1, 1);
  const torch::Tensor expected = unit.forward(input);
  unit.fold();
  EXPECT_TRUE(test::near(unit.forward(input), expected, {1e-5, 1e-5}));
  EXPECT_TRUE(test::near(
      unit.forward(input.contiguous(at::MemoryFormat::ChannelsLast)), expected, {1e-5, 1e-5}));
}

TEST(FoldableConvNorm, FoldingChangesNothing) {
  for (const Activation activation : {Activation::kNone, Activation::kRelu}) {
    FoldableConvNorm pointwise({.in = 8, .out = 12, .activation = activation});
    expect_folding_changes_nothing(pointwise);
    FoldableConvNorm strided(
        {.in = 8, .out = 12, .kernel = 3, .stride = 2, .activation = activation});
    expect_folding_changes_nothing(strided);
    FoldableConvNorm depthwise(
        {.in = 8, .out = 8, .kernel = 3, .stride = 2, .groups = 8, .activation = activation});
    expect_folding_changes_nothing(depthwise);
  }
}

TEST(FoldableDepthwiseSeparable, FoldingChangesNothing) {
  FoldableDepthwiseSeparable unit({.in = 8, .out = 12, .kernel = 5, .stride = 2});
  expect_folding_changes_nothing(unit);
}

TEST(SqueezeExcitation, GatesChannelsByTheirMeans) {
  SqueezeExcitation unit(4);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : unit.parameters()) parameter.zero_();
  const torch::Tensor input = test::uniform_tensor("input", {1, 4, 3, 3});
  EXPECT_TRUE(test::near(unit.forward(input), input * 0.5, {1e-7, 0}));  // sigmoid(0)
  unit.named_parameters()["fc2.bias"].fill_(100);
  EXPECT_TRUE(test::near(unit.forward(input), input, {1e-7, 0}));
}

}  // namespace
}  // namespace saker
