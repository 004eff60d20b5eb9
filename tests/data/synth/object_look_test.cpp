#include "data/synth/object_look.hpp"

#include <cairo.h>
#include <gtest/gtest.h>

#include <cmath>

namespace saker {
namespace {

constexpr std::int64_t kSide = 200;

ObjectLook object(std::int64_t kind, std::uint64_t index, double radius) {
  RandomStream draws({.seed = 5, .purpose = "object", .index = index});
  return random_object(static_cast<SynthClass>(kind), 100, 100, radius, draws);
}

Image silhouette(const ObjectLook& look) {
  Image image(kSide, kSide, 3, PixelType::kU8);
  paint(image, [&](CairoContext* context) {
    trace_silhouette(context, look);
    set_color(context, {255, 255, 255});
    cairo_fill(context);
  });
  return image;
}

TEST(ObjectLook, SilhouettesStayWithinTheirReach) {
  for (std::int64_t kind = 0; kind < std::ssize(kSynthClassNames); ++kind) {
    for (std::uint64_t index = 0; index < 6; ++index) {
      const Image image = silhouette(object(kind, index, 60));
      std::int64_t area = 0;
      for (std::int64_t i = 0; i < kSide * kSide; ++i) {
        if (image.u8()[static_cast<std::size_t>(i * 3)] < 128) continue;
        ++area;
        EXPECT_LE(
            std::hypot(static_cast<double>(i % kSide) - 100, static_cast<double>(i / kSide) - 100),
            60 * 1.35 + 1);
      }
      EXPECT_GT(area, 60 * 60);
    }
  }
}

TEST(ObjectLook, PaintsTheSilhouetteAndLittleMore) {
  for (std::int64_t kind = 0; kind < std::ssize(kSynthClassNames); ++kind) {
    const ObjectLook look = object(kind, 9, 60);
    const Image mask = silhouette(look);
    Image picture(kSide, kSide, 3, PixelType::kU8);
    std::ranges::fill(picture.mutable_u8(), std::uint8_t{7});
    paint(picture, [&](CairoContext* context) { paint_object(context, look); });
    std::int64_t inside = 0, kept = 0;
    for (std::size_t i = 0; i < mask.value_count(); i += 3) {
      if (mask.u8()[i] != 255) continue;
      ++inside;
      kept += picture.u8()[i] == 7 && picture.u8()[i + 1] == 7 && picture.u8()[i + 2] == 7;
    }
    EXPECT_EQ(kept, 0) << "of " << inside << " pixels of class " << kind;
    EXPECT_EQ(picture.u8()[0], 7);
  }
}

}  // namespace
}  // namespace saker
