#include "nn/folding_precision.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "nn/folded_conv.hpp"
#include "nn/folded_linear.hpp"
#include "nn/folded_transformer_block.hpp"
#include "saker/error.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

torch::Tensor rounded(const torch::Tensor& x) { return x.to(torch::kBFloat16).to(torch::kFloat32); }

double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

class FoldingPrecisionTest : public testing::Test {
 protected:
  void SetUp() override {
    if (best_bfloat16_level() == Bfloat16Level::kNone) GTEST_SKIP() << "not on this processor";
  }
  const torch::NoGradGuard no_grad_;
};

TEST_F(FoldingPrecisionTest, EndsWithItsScope) {
  {
    const FoldingPrecisionScope scope(FoldingPrecision::kBfloat16);
    EXPECT_EQ(folding_precision(), FoldingPrecision::kBfloat16);
    EXPECT_NE(folding_bfloat16_kernel(), nullptr);
    {
      const FoldingPrecisionScope inner(FoldingPrecision::kFloat32);
      EXPECT_EQ(folding_bfloat16_kernel(), nullptr);
    }
    EXPECT_EQ(folding_precision(), FoldingPrecision::kBfloat16);
  }
  EXPECT_EQ(folding_precision(), FoldingPrecision::kFloat32);
  EXPECT_EQ(folding_attention_kernel(), attention_kernel(best_processor_level()));
}

TEST_F(FoldingPrecisionTest, LinearLayersRoundTheirFactors) {
  torch::manual_seed(1);
  const torch::Tensor x = torch::randn({2, 101, 50}), weight = torch::randn({37, 50}),
                      bias = torch::randn({37});
  const FoldedLinear exact(weight, bias, Activation::kGelu);
  const FoldingPrecisionScope scope(FoldingPrecision::kBfloat16);
  const FoldedLinear linear(weight, bias, Activation::kGelu);
  const torch::Tensor expected = torch::gelu(torch::linear(rounded(x), rounded(weight), bias));
  EXPECT_TRUE(torch::allclose(linear(x), expected, 1e-5, 1e-5));
  EXPECT_FALSE(torch::allclose(exact(x), expected, 1e-5, 1e-5));
}

TEST_F(FoldingPrecisionTest, TakenLayersScaleTheirRowsBeforeRounding) {
  torch::manual_seed(2);
  const torch::Tensor x = torch::randn({9, 64}), scale = torch::rand({64}) + 0.5;
  torch::Tensor weight = torch::randn({64, 64});
  const torch::Tensor expected = torch::linear(rounded(x), rounded(weight * scale.view({-1, 1})));
  const FoldingPrecisionScope scope(FoldingPrecision::kBfloat16);
  const PackedLinear linear = PackedLinear::taking(weight, {}, Activation::kNone, scale);
  EXPECT_EQ(weight.numel(), 0);
  EXPECT_TRUE(torch::allclose(linear(x), expected, 1e-5, 1e-5));
}

TEST_F(FoldingPrecisionTest, ConvolutionsOfEveryKind) {
  torch::manual_seed(3);
  for (const std::int64_t kernel : {1, 3}) {
    for (const std::int64_t channels : {16, 64}) {
      const torch::Tensor x = torch::randn({2, channels, 9, 13});
      const torch::Tensor weight = torch::randn({channels, channels, kernel, kernel}) * 0.1;
      const FoldedConvOptions options{.padding = kernel / 2, .activation = Activation::kRelu};
      const torch::Tensor exact = FoldedConv({weight, torch::ones({channels})}, options)(x);
      const FoldingPrecisionScope scope(FoldingPrecision::kBfloat16);
      const torch::Tensor y = FoldedConv({weight, torch::ones({channels})}, options)(x);
      EXPECT_LT(relative_difference(y, exact), 5e-3) << kernel << ", " << channels;
    }
  }
}

TEST_F(FoldingPrecisionTest, TransformerBlocks) {
  const TransformerBlockOptions options{.width = 128, .heads = 2, .mlp_hidden = 512};
  TransformerBlock block(options);
  test::fill_module(*block);
  RotaryEmbedding rope(64);
  const RotaryTable table = rope->table(9, 11, 2);
  const torch::Tensor x = test::uniform_tensor("x", {2, 101, 128}, -1, 1);
  const torch::Tensor expected = block->forward(x, &table);
  const FoldingPrecisionScope scope(FoldingPrecision::kBfloat16);
  const FoldedTransformerBlock folded(*block);
  torch::Tensor y = x.clone();
  TransformerWorkspace workspace = folded.workspace(2, 101);
  folded.run(y, &table, workspace);
  EXPECT_LT(relative_difference(y, expected), 5e-3);
  EXPECT_GT(relative_difference(y, expected), 1e-6);
}

TEST(FoldingPrecision, IsRefusedByProcessorsWithoutIt) {
  if (best_bfloat16_level() != Bfloat16Level::kNone) GTEST_SKIP() << "this one has it";
  EXPECT_THROW(FoldingPrecisionScope{FoldingPrecision::kBfloat16}, Error);
}

}  // namespace
}  // namespace saker
