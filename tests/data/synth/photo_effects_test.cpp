#include "data/synth/photo_effects.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace saker {
namespace {

Image flat(std::uint8_t value) {
  Image image(40, 60, 3, PixelType::kU8);
  std::ranges::fill(image.mutable_u8(), value);
  return image;
}

Image with(Image image, const PhotoEffects& effects) {
  RandomStream draws({.seed = 1, .purpose = "effects"});
  apply_photo_effects(image, effects, draws);
  return image;
}

double mean(const Image& image) {
  return std::accumulate(image.u8().begin(), image.u8().end(), 0.0) /
         static_cast<double>(image.value_count());
}

TEST(PhotoEffects, NoneLeaveThePixels) {
  EXPECT_TRUE(std::ranges::equal(with(flat(91), {}).u8(), flat(91).u8()));
}

TEST(PhotoEffects, GainAndContrast) {
  EXPECT_EQ(with(flat(100), {.gain = 0.5}).u8()[0], 50);
  EXPECT_EQ(with(flat(200), {.gain = 5}).u8()[0], 255);
  EXPECT_EQ(with(flat(100), {.contrast = 0.5}).u8()[0], 114);  // 127.5 - 13.75, rounded
}

TEST(PhotoEffects, BlurKeepsTheMeanAndSpreadsAPoint) {
  Image image(41, 41, 3, PixelType::kU8);
  const std::size_t middle = (20 * 41 + 20) * 3;
  image.mutable_u8()[middle] = 255;
  const Image blurred = with(image, {.blur = 1});
  EXPECT_NEAR(blurred.u8()[middle], 255 * 0.159, 3);
  EXPECT_EQ(blurred.u8()[middle + 3], blurred.u8()[middle - 3]);
  EXPECT_EQ(blurred.u8()[middle + 3], blurred.u8()[middle + 41 * 3]);
  EXPECT_EQ(blurred.u8()[middle + 1], 0);
  EXPECT_TRUE(std::ranges::equal(with(flat(91), {.blur = 2}).u8(), flat(91).u8()));
}

TEST(PhotoEffects, NoiseHasMeanZeroAndItsWidth) {
  const Image noisy = with(flat(128), {.noise = 20});
  EXPECT_NEAR(mean(noisy), 128, 0.6);
  const auto [low, high] = std::ranges::minmax_element(noisy.u8());
  EXPECT_GE(*low, 128 - 26);
  EXPECT_LE(*high, 128 + 26);
  EXPECT_GT(*high - *low, 20);
}

TEST(PhotoEffects, GrayHasThreeEqualChannels) {
  Image image = flat(10);
  image.mutable_u8()[0] = 200;
  const Image gray = with(image, {.noise = 9, .gray = true});
  for (std::size_t i = 0; i < gray.value_count(); i += 3) {
    EXPECT_EQ(gray.u8()[i], gray.u8()[i + 1]);
    EXPECT_EQ(gray.u8()[i], gray.u8()[i + 2]);
  }
}

TEST(PhotoEffects, LightFallsFromOneSide) {
  const Image lit = with(flat(100), {.light = 0.5});
  EXPECT_LT(lit.u8()[0], 80);
  EXPECT_GT(lit.u8()[59 * 3], 120);
}

}  // namespace
}  // namespace saker
