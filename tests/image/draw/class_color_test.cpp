#include "image/draw/class_color.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "golden.hpp"

namespace saker {
namespace {

TEST(ClassColor, EqualsTheGolden) {
  SAKER_GOLDEN(path, "sahi/draw.json");
  const auto colors = test::read_json(path)["class_color_first_20"];
  ASSERT_EQ(colors.size(), 20U);
  for (std::size_t i = 0; i < colors.size(); ++i) {
    const Rgb color = class_color(static_cast<std::int64_t>(i));
    EXPECT_EQ(color.red, colors[i][0].get<int>()) << i;
    EXPECT_EQ(color.green, colors[i][1].get<int>()) << i;
    EXPECT_EQ(color.blue, colors[i][2].get<int>()) << i;
  }
}

TEST(PaletteColor, TheFirstTwentyAreToldApart) {
  for (std::int64_t a = 0; a < 20; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      const Rgb x = palette_color(a);
      const Rgb y = palette_color(b);
      EXPECT_GT(std::abs(x.red - y.red) + std::abs(x.green - y.green) + std::abs(x.blue - y.blue),
                60)
          << a << " and " << b;
    }
  }
}

TEST(PaletteColor, AnyIdHasAColor) {
  palette_color(-3);
  palette_color(std::int64_t{1} << 60);
  class_color(-(std::int64_t{1} << 60));
}

}  // namespace
}  // namespace saker
