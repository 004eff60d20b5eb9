#include "transforms/bilinear_rows.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(BilinearRows, TapsSitOnHalfPixels) {
  const std::vector<LinearTap> up = linear_taps(2, 4);
  EXPECT_EQ(up[0].first, 0);
  EXPECT_EQ(up[0].weight, 0);
  EXPECT_EQ(up[1].first, 0);
  EXPECT_EQ(up[1].second, 1);
  EXPECT_FLOAT_EQ(up[1].weight, 0.25F);
  EXPECT_FLOAT_EQ(up[2].weight, 0.75F);
  EXPECT_EQ(up[3].first, 1);
  EXPECT_EQ(up[3].weight, 0);
  const std::vector<LinearTap> down = linear_taps(6, 2);
  EXPECT_EQ(down[0].first, 1);
  EXPECT_EQ(down[0].weight, 0);
  EXPECT_EQ(down[1].first, 4);
}

TEST(BilinearRows, EqualCountsReadEachIndex) {
  const std::vector<LinearTap> taps = linear_taps(5, 5);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    EXPECT_EQ(taps[i].first, static_cast<std::int64_t>(i));
    EXPECT_EQ(taps[i].weight, 0);
  }
}

TEST(BilinearRows, BlendsAndGathers) {
  const std::vector<std::uint8_t> a = {0, 100, 200}, b = {10, 0, 200};
  std::vector<float> row(3);
  blend_rows(a.data(), b.data(), 0.25F, 3, row.data());
  EXPECT_EQ(row, (std::vector<float>{2.5F, 75, 200}));
  const ColumnPlan plan = {{0, 1}, {1, 2}, {0.5F, 0}};
  std::vector<float> out(2);
  gather_row(row.data(), plan, 2, 1, out.data());
  EXPECT_EQ(out, (std::vector<float>{78.5F, 151}));
}

TEST(BilinearRows, ThreeChannelsAtOnceEqualOneAfterTheOther) {
  for (const std::size_t columns : {1U, 3U, 4U, 6U, 9U}) {
    std::vector<float> row;
    for (int i = 0; i < 31; ++i) row.push_back(static_cast<float>(i * i % 17));
    ColumnPlan plan;
    for (std::size_t x = 0; x < columns; ++x) {
      plan.first.push_back(static_cast<std::int32_t>(x * 3));
      plan.second.push_back(static_cast<std::int32_t>((9 - x) * 3));
      plan.weight.push_back(static_cast<float>(x) / 10);
    }
    std::vector<float> together(3 * columns), apart(3 * columns);
    float* to = together.data();
    gather_rgb_row(
        row.data(),
        plan,
        {.scale = {1, 2, 3}, .bias = {4, 5, 6}, .to = {to, to + columns, to + 2 * columns}});
    for (std::size_t c = 0; c < 3; ++c) {
      const auto channel = static_cast<float>(c);
      gather_row(row.data() + c, plan, channel + 1, channel + 4, apart.data() + c * columns);
    }
    EXPECT_EQ(together, apart);
  }
}

TEST(BilinearRows, InterleavesThreeRows) {
  const std::vector<float> r = {1, 2, 3, 4, 5}, g = {6, 7, 8, 9, 10}, b = {11, 12, 13, 14, 15};
  std::vector<float> pixels(20);
  interleave_rgb_rows({r.data(), g.data(), b.data()}, 5, pixels.data());
  EXPECT_EQ(pixels,
            (std::vector<float>{1, 6, 11, 0, 2, 7, 12, 0, 3, 8, 13, 0, 4, 9, 14, 0, 5, 10, 15, 0}));
}

}  // namespace
}  // namespace saker
