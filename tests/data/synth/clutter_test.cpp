#include "data/synth/clutter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace saker {
namespace {

TEST(Clutter, EveryKindIsPaintedWithinItsRadius) {
  std::set<ClutterKind> kinds;
  for (std::uint64_t index = 0; index < 60; ++index) {
    RandomStream draws({.seed = 1, .purpose = "clutter", .index = index});
    const ClutterLook look = random_clutter(50, 50, 30, draws);
    kinds.insert(look.kind);
    Image image(100, 100, 3, PixelType::kU8);
    std::ranges::fill(image.mutable_u8(), std::uint8_t{255});
    paint(image, [&](CairoContext* context) { paint_clutter(context, look); });
    std::int64_t painted = 0;
    for (std::int64_t i = 0; i < 100 * 100; ++i) {
      const auto at = static_cast<std::size_t>(i * 3);
      if (image.u8()[at] == 255 && image.u8()[at + 1] == 255 && image.u8()[at + 2] == 255) continue;
      ++painted;
      // The shadow reaches a little further.
      EXPECT_LE(std::hypot(static_cast<double>(i % 100) - 50, static_cast<double>(i / 100) - 50),
                30 * 1.12 + 2);
    }
    EXPECT_GT(painted, 100);
  }
  EXPECT_EQ(kinds.size(), 5U);
}

}  // namespace
}  // namespace saker
