#include "saker/image.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(Image, StartsAtZeroAndHoldsItsSize) {
  const Image image(2, 3, 3, PixelType::kF32);
  EXPECT_EQ(image.height(), 2);
  EXPECT_EQ(image.width(), 3);
  EXPECT_EQ(image.channels(), 3);
  EXPECT_EQ(image.f32().size(), 18U);
  for (const float value : image.f32()) EXPECT_EQ(value, 0.0F);
  EXPECT_FALSE(image.empty());
  EXPECT_TRUE(Image().empty());
}

TEST(Image, CopiesShareUntilOneIsWritten) {
  Image first(1, 2, 1, PixelType::kU8);
  first.mutable_u8()[0] = 7;
  Image second = first;
  EXPECT_EQ(first.u8().data(), second.u8().data());
  second.mutable_u8()[0] = 9;
  EXPECT_EQ(first.u8()[0], 7);
  EXPECT_EQ(second.u8()[0], 9);
  const std::uint8_t* alone = second.u8().data();
  EXPECT_EQ(second.mutable_u8().data(), alone);
}

TEST(Image, RefusesImpossibleSizes) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_THROW(Image(0, 1, 3, PixelType::kU8), Error);
  EXPECT_THROW(Image(1, -1, 3, PixelType::kU8), Error);
  EXPECT_THROW(Image(1, 1, 0, PixelType::kU8), Error);
  EXPECT_THROW(Image(kHuge, kHuge, 3, PixelType::kU8), Error);
  EXPECT_THROW(Image(std::int64_t{1} << 20, std::int64_t{1} << 20, 2, PixelType::kU8), Error);
}

TEST(Image, TheOtherTypeIsAnError) {
  Image image(1, 1, 1, PixelType::kU8);
  EXPECT_THROW(static_cast<void>(image.f32()), Error);
  EXPECT_THROW(static_cast<void>(image.mutable_f32()), Error);
  EXPECT_THROW(static_cast<void>(Image(1, 1, 1, PixelType::kF32).u8()), Error);
}

}  // namespace
}  // namespace saker
