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

}  // namespace
}  // namespace saker
