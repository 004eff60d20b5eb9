#include "image/draw/network_input.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace saker {
namespace {

TEST(PictureOfInput, UndoesTheNormalization) {
  const std::vector<double> mean = {0.5, 0.4, 0.3}, std = {0.2, 0.25, 0.5};
  std::vector<float> chw;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (const int level : {0, 7, 128, 255}) {
      chw.push_back(static_cast<float>((level / 255.0 - mean[channel]) / std[channel]));
    }
  }
  const Image picture = picture_of_input(chw, 3, 2, 2, mean, std, ColorRounding::kNearest);
  const std::vector<std::uint8_t> expected = {0, 0, 0, 7, 7, 7, 128, 128, 128, 255, 255, 255};
  EXPECT_EQ(std::vector<std::uint8_t>(picture.u8().begin(), picture.u8().end()), expected);
}

TEST(PictureOfInput, OneChannelIsGrayAndRoundingIsAsAsked) {
  const std::vector<float> chw = {0.999F, 2.0F, -1.0F};
  const Image down = picture_of_input(chw, 1, 1, 3, {}, {}, ColorRounding::kDown);
  const Image nearest = picture_of_input(chw, 1, 1, 3, {}, {}, ColorRounding::kNearest);
  EXPECT_EQ(down.u8()[0], 254);
  EXPECT_EQ(nearest.u8()[0], 255);
  EXPECT_EQ(down.u8()[3], 255);
  EXPECT_EQ(down.u8()[6], 0);
}

TEST(Paste, CopiesToThePlace) {
  Image small(1, 1, 3, PixelType::kU8), large(2, 3, 3, PixelType::kU8);
  for (std::uint8_t& value : small.mutable_u8()) value = 9;
  for (std::uint8_t& value : large.mutable_u8()) value = 1;
  paste(small, 2, 1, large);
  for (std::size_t i = 0; i < large.u8().size(); ++i) EXPECT_EQ(large.u8()[i], i >= 15 ? 9 : 1);
}

}  // namespace
}  // namespace saker
