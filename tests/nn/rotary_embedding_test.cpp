#include "nn/rotary_embedding.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

TEST(RotaryEmbedding, TablesOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  RotaryEmbedding rope(64);
  EXPECT_TRUE(test::near(rope->periods, golden.full("rope.periods"), {1e-5, 0}));
  const RotaryTable small = rope->table(4, 6, 0);
  EXPECT_TRUE(test::near(small.sin, golden.full("rope.sin.4x6"), {1e-5, 0}));
  EXPECT_TRUE(test::near(small.cos, golden.full("rope.cos.4x6"), {1e-5, 0}));
  const RotaryTable large = rope->table(40, 40, 0);
  const auto thinned = [](const torch::Tensor& t) {
    return t.flatten().slice(0, 0, t.numel(), 37);
  };
  EXPECT_TRUE(test::near(thinned(large.sin), golden.full("rope.sin.40x40.every37"), {1e-5, 0}));
  EXPECT_TRUE(test::near(thinned(large.cos), golden.full("rope.cos.40x40.every37"), {1e-5, 0}));
}

TEST(RotaryEmbedding, LeadingTokensHaveNoPosition) {
  RotaryEmbedding rope(8);
  const RotaryTable table = rope->table(2, 3, 5);
  EXPECT_EQ(table.cos.sizes().vec(), (std::vector<std::int64_t>{11, 8}));
  EXPECT_TRUE(table.cos.narrow(0, 0, 5).eq(1).all().item<bool>());
  EXPECT_TRUE(table.sin.narrow(0, 0, 5).eq(0).all().item<bool>());
  const torch::Tensor v = torch::randn({1, 11, 2, 8});
  EXPECT_TRUE(torch::equal(rotate(v, table).narrow(1, 0, 5), v.narrow(1, 0, 5)));
}

TEST(RotaryEmbedding, AnglesAndScaleByHand) {
  RotaryEmbedding rope(8);  // periods 1 and 100^(1/2) = 10
  const RotaryTable table = rope->table(2, 4, 0, 1.5);
  // Row 1 of 2 is at 2 * 1.5 / 2 - 1 = 0.5, column 3 of 4 at 2 * 3.5 / 4 - 1 = 0.75.
  const torch::Tensor last = table.sin[7];
  const double angles[4] = {0.5 * 1.5, 0.5 * 1.5 / 10, 0.75 * 1.5, 0.75 * 1.5 / 10};
  for (int i = 0; i < 8; ++i) {
    EXPECT_NEAR(last[i].item<double>(), std::sin(2 * std::numbers::pi * angles[i % 4]), 1e-6) << i;
  }
}

TEST(RotaryEmbedding, TheKeptTableFollowsSizeAndPeriods) {
  RotaryEmbedding rope(8);
  const torch::Tensor first = rope->table(2, 2, 1).cos;
  EXPECT_EQ(rope->table(2, 2, 1).cos.data_ptr(), first.data_ptr());
  EXPECT_EQ(rope->table(2, 3, 1).cos.size(0), 7);
  EXPECT_EQ(rope->table(2, 3, 0).cos.size(0), 6);
  EXPECT_TRUE(torch::equal(rope->table(2, 2, 1).cos, first));
  rope->periods.mul_(2);
  EXPECT_FALSE(torch::equal(rope->table(2, 2, 1).cos, first));
}

TEST(Rotate, TurnsPairsAndKeepsTheirLength) {
  const torch::Tensor angle = torch::tensor({0.3F, 1.1F});
  const RotaryTable table{torch::cat({angle, angle}).cos().view({1, 4}),
                          torch::cat({angle, angle}).sin().view({1, 4})};
  const torch::Tensor v = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 1, 1, 4});
  const torch::Tensor turned = rotate(v, table).flatten();
  EXPECT_NEAR(turned[0].item<double>(), std::cos(0.3) - 3 * std::sin(0.3), 1e-6);
  EXPECT_NEAR(turned[2].item<double>(), 3 * std::cos(0.3) + std::sin(0.3), 1e-6);
  EXPECT_NEAR(turned[1].item<double>(), 2 * std::cos(1.1) - 4 * std::sin(1.1), 1e-6);
  EXPECT_NEAR(turned[3].item<double>(), 4 * std::cos(1.1) + 2 * std::sin(1.1), 1e-6);
  const torch::Tensor half = rotate(v.to(torch::kBFloat16), table);
  EXPECT_EQ(half.scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace saker
