#include "transforms/random_zoom_out.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"
#include "quantiles.hpp"

namespace saker {
namespace {

TEST(RandomZoomOut, EqualsTheReference) {
  SAKER_GEOMETRIC_GOLDEN(golden);
  golden.check("zoom_out.", [](const auto& params, Sample& sample) {
    const auto pads =
        params["pad_top_bottom_left_right"].template get<std::array<std::int64_t, 4>>();
    pad_sample(sample, {pads[0], pads[1], pads[2], pads[3]}, params["fill"]);
  });
}

TEST(RandomZoomOut, DrawsAsTheReference) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  const auto golden = test::read_json(path)["zoom_out"];
  const ImageSize size = {480, 640};
  RandomStream draws({.seed = 0, .purpose = "zoom"});
  std::vector<double> heights, widths, tops, lefts;
  for (int i = 0; i < test::kDraws; ++i) {
    const Padding padding = draw_zoom_out({}, size, draws);
    const auto height = static_cast<double>(padding.top + padding.bottom);
    const auto width = static_cast<double>(padding.left + padding.right);
    heights.push_back((height + 480) / 480);
    widths.push_back((width + 640) / 640);
    if (height > 0) tops.push_back(static_cast<double>(padding.top) / height);
    if (width > 0) lefts.push_back(static_cast<double>(padding.left) / width);
  }
  test::expect_quantiles(heights, golden["height_ratio"], "height");
  test::expect_quantiles(widths, golden["width_ratio"], "width");
  test::expect_quantiles(tops, golden["top_fraction_of_pad"], "top");
  test::expect_quantiles(lefts, golden["left_fraction_of_pad"], "left");
}

TEST(RandomZoomOut, HappensToHalfOfTheImages) {
  RandomStream draws({.seed = 0, .purpose = "zoom"});
  const Image image = test::noise_image("zoom", 40, 60);
  int zoomed = 0;
  for (int i = 0; i < 4000; ++i) {
    Sample sample{PlacedImage(image), {}};
    random_zoom_out({}, draws, sample);
    if (sample.image.size() != ImageSize{40, 60}) ++zoomed;
  }
  EXPECT_NEAR(zoomed / 4000.0, 0.5, 0.04);
}

}  // namespace
}  // namespace saker
