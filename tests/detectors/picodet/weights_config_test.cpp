#include "detectors/picodet/weights_config.hpp"

#include <gtest/gtest.h>

#include "detectors/picodet/golden_weights.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TEST(PicoDetConfig, AliasesStandForThePublishedArchitectures) {
  EXPECT_EQ(find_picodet("picodet-s-coco")->plain_name, "picodet/s-416");
  EXPECT_EQ(find_picodet("picodet-l-coco")->plain_name, "picodet/l-416");
  EXPECT_EQ(find_picodet("picodet/l-640")->config.image_size, (ImageSize{640, 640}));
  EXPECT_FALSE(find_picodet("picodet/m-416"));
}

TEST(PicoDetConfig, IsReadOffTheWeights) {
  for (const char* name : {"picodet/s-416", "picodet/l-416", "picodet/l-640"}) {
    DetectorSpec spec{.model_name = name, .image_size = {64, 64}, .classes = {{0, "a"}}};
    const PicoDetConfig config = find_picodet(name)->config;
    const PicoDet model(spec, config, {}, std::nullopt);
    const std::optional<PicoDetConfig> read = picodet_config_of(collect_state_dict(model));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, config) << name;
    EXPECT_EQ(picodet_name_of(*read), name);
  }
}

TEST(PicoDetConfig, KnowsForeignWeights) {
  StateDict foreign;
  foreign.add("backbone.patch_embed.weight", torch::zeros({2, 3, 4, 4}));
  EXPECT_FALSE(picodet_config_of(foreign));
}

TEST(PicoDetConfig, RefusesImpossibleShapes) {
  StateDict odd;
  odd.add("neck.transforms.0.conv.weight", torch::zeros({96, 96, 1, 1}));
  odd.add("backbone.blocks.0.conv_pw_mv1.conv.weight", torch::zeros({100, 100, 1, 1}));
  EXPECT_THROW(picodet_config_of(odd), Error);
}

}  // namespace
}  // namespace saker
