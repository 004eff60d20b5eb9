#include "nn/drop_path.hpp"

#include <gtest/gtest.h>

#include "nn/transformer_block.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

torch::Tensor ones_branch(const torch::Tensor& rows) { return torch::ones_like(rows); }

TEST(DropPath, SubsetIsScaledToTheWholeBatch) {
  const torch::Tensor x = torch::zeros({4, 2});
  std::int64_t computed = 0;
  const torch::Tensor y = add_branch_for_subset(x, {3, 1}, [&](const torch::Tensor& rows) {
    computed = rows.size(0);
    return ones_branch(rows);
  });
  EXPECT_EQ(computed, 2);
  EXPECT_TRUE(torch::equal(y.select(1, 0), torch::tensor({0.0F, 2.0F, 0.0F, 2.0F})));
}

TEST(DropPath, MaskedSamplesAreUnchanged) {
  const torch::Tensor y = add_masked_branch(torch::zeros({3, 1}), {1, 0, 1}, 0.2, ones_branch);
  EXPECT_TRUE(torch::allclose(y.flatten(), torch::tensor({1.25F, 0.0F, 1.25F})));
}

TEST(DropPath, RateZeroIsPlainAndDrawsNothing) {
  RandomStream draws({.seed = 1, .purpose = "test"}), untouched({.seed = 1, .purpose = "test"});
  const torch::Tensor y = add_branch_with_drop(torch::ones({3, 1}), 0, draws, ones_branch);
  EXPECT_TRUE(y.eq(2).all().item<bool>());
  EXPECT_EQ(draws.bits(), untouched.bits());
}

TEST(DropPath, ExpectationIsThatOfThePlainBranch) {
  for (const double rate : {0.1, 0.3}) {
    RandomStream draws({.seed = 3, .purpose = "test"});
    torch::Tensor sum = torch::zeros({5, 1});
    constexpr int kPasses = 3000;
    for (int i = 0; i < kPasses; ++i)
      sum += add_branch_with_drop(torch::zeros({5, 1}), rate, draws, ones_branch);
    EXPECT_TRUE(torch::allclose(sum / kPasses, torch::ones({5, 1}), 0, 0.06)) << rate;
  }
}

TEST(DropPath, LargeRatesKeepAtLeastOneSample) {
  RandomStream draws({.seed = 3, .purpose = "test"});
  const torch::Tensor y = add_branch_with_drop(torch::zeros({2, 1}), 0.9, draws, ones_branch);
  EXPECT_EQ(y.count_nonzero().item<std::int64_t>(), 1);
  EXPECT_EQ(y.sum().item<double>(), 2);
}

// The block of the reference with given draws: permutations for 0.3, a mask for 0.1.
TEST(DropPath, BlocksOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/vit.safetensors");
  const test::GoldenTensors golden(path);
  TransformerBlock block(TransformerBlockOptions{.width = 16, .heads = 2, .mlp_hidden = 64});
  test::fill_module(*block, "pretrain/block/");
  const torch::Tensor x = test::uniform_tensor("pretrain/block/x", {5, 6, 16}, -1, 1);
  EXPECT_TRUE(test::near(block->forward(x), golden.full("block.eval"), {5e-6, 0}));

  // A branch alone is what the block adds when the other branch adds nothing.
  const auto attention = [&](const torch::Tensor& rows) {
    return block->ls1->forward(block->attn->forward(block->norm1->forward(rows)));
  };
  const auto feed_forward = [&](const torch::Tensor& rows) {
    return block->ls2->forward(block->mlp->forward(block->norm2->forward(rows)));
  };
  const auto& draws = golden.info().at("block");
  const auto lists = [&](const char* key) {
    return draws.at(key).get<std::vector<std::vector<std::int64_t>>>();
  };
  std::vector<std::vector<std::int64_t>> rows = lists("permutations_for_0.3");
  for (auto& list : rows) list.resize(3);  // floor(5 * 0.7)
  const torch::Tensor subset =
      add_branch_for_subset(add_branch_for_subset(x, rows[0], attention), rows[1], feed_forward);
  EXPECT_TRUE(test::near(subset, golden.full("block.drop0.3"), {5e-6, 0}));

  const auto keep = lists("keep_for_0.1");
  const torch::Tensor masked =
      add_masked_branch(add_masked_branch(x, keep[0], 0.1, attention), keep[1], 0.1, feed_forward);
  EXPECT_TRUE(test::near(masked, golden.full("block.drop0.1"), {5e-6, 0}));
}

}  // namespace
}  // namespace saker
