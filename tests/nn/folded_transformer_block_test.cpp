#include "nn/folded_transformer_block.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <vector>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

TEST(PackedLinear, EqualsLibTorchs) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  const torch::Tensor x = test::uniform_tensor("x", {2, 101, 40}, -1, 1);
  const torch::Tensor weight = test::uniform_tensor("w", {30, 40}, -1, 1);
  const torch::Tensor bias = test::uniform_tensor("b", {30}, -1, 1);
  const torch::Tensor expected = torch::linear(x, weight, bias);
  EXPECT_TRUE(test::near(PackedLinear(weight, bias)(x), expected, {1e-5, 0}));
  EXPECT_TRUE(test::near(
      PackedLinear(weight, bias, Activation::kGelu)(x), torch::gelu(expected), {1e-5, 0}));
  EXPECT_TRUE(test::near(PackedLinear(weight, {})(x), torch::linear(x, weight), {1e-5, 0}));
  // Strided inputs are taken by their values.
  EXPECT_TRUE(test::near(PackedLinear(weight, bias)(x.transpose(0, 1)),
                         expected.transpose(0, 1).contiguous(),
                         {1e-5, 0}));
}

TEST(PackedLinear, TakesTheMemoryOfAWeight) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  const torch::Tensor x = test::uniform_tensor("x", {101, 40}, -1, 1);
  const torch::Tensor scale = test::uniform_tensor("s", {96}, -1, 1);
  torch::Tensor weight = test::uniform_tensor("w", {96, 40}, -1, 1);
  const torch::Tensor expected = torch::linear(x, weight * scale.unsqueeze(1));
  const torch::Tensor scaled = PackedLinear(weight * scale.unsqueeze(1), {})(x);
  const PackedLinear taken = PackedLinear::taking(weight, {}, Activation::kNone, scale);
  EXPECT_EQ(weight.numel(), 0);
  EXPECT_TRUE(test::near(taken(x), expected, {1e-5, 0}));
  EXPECT_TRUE(torch::equal(taken(x), scaled));
}

TEST(PackedLinear, LeavesSharedMemoryAlone) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  const torch::Tensor x = test::uniform_tensor("x", {101, 40}, -1, 1);
  const torch::Tensor whole = test::uniform_tensor("w", {96, 40}, -1, 1);
  const torch::Tensor before = whole.clone();
  // The last has rows for no whole number of panels.
  for (torch::Tensor weight : {whole.detach(), whole.narrow(0, 16, 64), whole.narrow(0, 0, 30)}) {
    const torch::Tensor expected = torch::linear(x, weight);
    EXPECT_TRUE(test::near(PackedLinear::taking(weight, {})(x), expected, {1e-5, 0}));
    EXPECT_EQ(weight.numel(), 0);
    EXPECT_TRUE(torch::equal(whole, before));
  }
}

class FoldedTransformerBlockTest : public testing::TestWithParam<TransformerBlockOptions> {};

TEST_P(FoldedTransformerBlockTest, EqualsTheBlock) {
  if (!FoldedTransformerBlock::serves(GetParam())) GTEST_SKIP() << "no kernel for this processor";
  const torch::NoGradGuard no_grad;
  TransformerBlock block(GetParam());
  test::fill_module(*block);
  RotaryEmbedding rope(GetParam().width / GetParam().heads);
  const RotaryTable table = rope->table(9, 11, 2);
  const torch::Tensor x = test::uniform_tensor("x", {2, 101, GetParam().width}, -1, 1);
  const std::vector<const RotaryTable*> kinds = {nullptr, &table};
  std::vector<torch::Tensor> expected;
  for (const RotaryTable* positions : kinds) expected.push_back(block->forward(x, positions));
  const FoldedTransformerBlock folded(*block);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    torch::Tensor first;
    for (const int threads : {1, 2}) {
      const test::ThreadCount guard(threads);
      TransformerWorkspace workspace = folded.workspace(2, 101);
      torch::Tensor y = x.clone();
      folded.run(y, kinds[i], workspace);
      EXPECT_TRUE(test::near(y, expected[i], {1e-5, 0}));
      if (threads == 1) first = y;
      EXPECT_TRUE(torch::equal(y, first));  // the same bits for any number of threads
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options,
    FoldedTransformerBlockTest,
    testing::Values(
        TransformerBlockOptions{.width = 64, .heads = 1, .mlp_hidden = 256},
        TransformerBlockOptions{.width = 48, .heads = 2, .mlp_hidden = 100, .mask_key_bias = true},
        TransformerBlockOptions{.width = 16, .heads = 4, .mlp_hidden = 16, .layer_scale = false}));

TEST(FoldedTransformerBlock, SwiGluIsNotServed) {
  EXPECT_FALSE(FoldedTransformerBlock::serves(
      {.width = 16, .heads = 2, .mlp_hidden = 32, .feed_forward = FeedForwardKind::kSwiGlu}));
}

}  // namespace
}  // namespace saker
