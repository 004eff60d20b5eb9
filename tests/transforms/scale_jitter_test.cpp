#include "transforms/scale_jitter.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"

namespace saker {
namespace {

TEST(ScaleJitter, SizesEqualTheReference) {
  SAKER_GOLDEN(path, "transforms/scale_jitter.json");
  for (const auto& golden : test::read_json(path)) {
    const auto& args = golden["args"];
    ScaleJitterSettings settings;
    ImageSize target;
    if (args.contains("sizes")) {
      settings.sizes.emplace();
      for (const auto& size : args["sizes"]) settings.sizes->push_back({size[0], size[1]});
    } else {
      target = {args["target_size"][0], args["target_size"][1]};
      settings.min_scale = args["scale_range"][0].get<double>();
      settings.max_scale = args["scale_range"][1].get<double>();
      settings.num_scales = args["num_scales"].get<std::int64_t>();
    }
    std::optional<std::int64_t> divisor;
    if (!args["divisible_by"].is_null()) divisor = args["divisible_by"].get<std::int64_t>();
    settings.divisible_by = divisor;
    std::vector<ImageSize> expected;
    for (const auto& size : golden["sizes"]) expected.push_back({size[0], size[1]});
    EXPECT_EQ(jitter_sizes(settings, target), expected) << args;
  }
}

TEST(ScaleJitter, SizesScaleWithTheImageSize) {
  const std::vector<ImageSize> list = {{480, 480}, {640, 640}, {800, 800}};
  EXPECT_EQ(scaled_sizes(list, {640, 640}, {640, 640}, 32), list);
  // 240 / 32 = 7.5 and 400 / 32 = 12.5 go to the even neighbour.
  EXPECT_EQ(scaled_sizes(list, {640, 640}, {320, 960}, 32),
            (std::vector<ImageSize>{{256, 704}, {320, 960}, {384, 1216}}));
  EXPECT_EQ(scaled_sizes({{10, 10}}, {640, 640}, {640, 640}, 32),
            (std::vector<ImageSize>{{32, 32}}));
}

}  // namespace
}  // namespace saker
