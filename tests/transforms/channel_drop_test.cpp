#include "transforms/channel_drop.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "saker/error.hpp"
#include "test_image.hpp"

namespace saker {
namespace {

TEST(ChannelDrop, EqualsTheReference) {
  SAKER_GOLDEN(path, "transforms/channel_drop.safetensors");
  const auto golden = test::read_safetensors(path);
  Image image = test::stored_image(golden.at("input"));
  RandomStream draws({.seed = 0, .purpose = "channels"});
  channel_drop({.num_channels_keep = 2, .weight_drop = {1, 1, 0, 0}}, draws, image);
  const Image expected = test::stored_image(golden.at("keep_2_weights_1_1_0_0"));
  EXPECT_EQ(image.channels(), 2);
  EXPECT_EQ(test::difference(image.u8(), expected.u8()).largest, 0);
}

TEST(ChannelDrop, DropsByWeightWithoutReplacement) {
  RandomStream draws({.seed = 2, .purpose = "channels"});
  const ChannelDropSettings settings = {.num_channels_keep = 1, .weight_drop = {3, 1, 0.5}};
  // The chance of a channel to be the one that stays: the others are drawn first, in any order.
  const auto stays = [&](std::size_t a, std::size_t b) {
    const std::vector<double>& w = settings.weight_drop;
    const double sum = w[0] + w[1] + w[2];
    return w[a] / sum * w[b] / (sum - w[a]) + w[b] / sum * w[a] / (sum - w[b]);
  };
  const std::vector<double> expected = {stays(1, 2), stays(0, 2), stays(0, 1)};
  std::map<std::int64_t, int> counts;
  constexpr int kRounds = 20000;
  for (int i = 0; i < kRounds; ++i) ++counts[draw_kept_channels(settings, draws).at(0)];
  for (std::int64_t c = 0; c < 3; ++c) {
    const double share = expected[static_cast<std::size_t>(c)];
    // Five standard deviations: exceeded by chance less than once in a million.
    EXPECT_NEAR(counts[c], kRounds * share, 5 * std::sqrt(kRounds * share * (1 - share))) << c;
  }
}

TEST(ChannelDrop, KeepsFloatsAndTheirOrder) {
  Image image(1, 2, 3, PixelType::kF32);
  std::ranges::copy(std::vector<float>{1, 2, 3, 4, 5, 6}, image.mutable_f32().begin());
  const Image kept = keep_channels(image, {0, 2});
  EXPECT_EQ(std::vector<float>(kept.f32().begin(), kept.f32().end()),
            (std::vector<float>{1, 3, 4, 6}));
}

TEST(ChannelDrop, NothingToDropLeavesTheImage) {
  Image image = test::noise_image("channels", 4, 4);
  const Image before = image;
  RandomStream draws({.seed = 0, .purpose = "channels"});
  channel_drop({.num_channels_keep = 3, .weight_drop = {1, 1, 1}}, draws, image);
  EXPECT_EQ(test::difference(image.u8(), before.u8()).largest, 0);
}

TEST(ChannelDrop, OtherChannelsAreAnError) {
  Image image = test::noise_image("channels", 4, 4);
  RandomStream draws({.seed = 0, .purpose = "channels"});
  EXPECT_THROW(channel_drop({.num_channels_keep = 1, .weight_drop = {1, 1}}, draws, image), Error);
}

}  // namespace
}  // namespace saker
