#include "pretrain/layerwise_groups.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "backbones/maskable_vit.hpp"
#include "golden.hpp"
#include "pretrain/projection_head.hpp"

namespace saker {
namespace {

TEST(LayerwiseGroups, GroupsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/param_groups.json");
  const auto info = test::read_json(path);
  for (const auto& [tag, expected] : info.items()) {
    SCOPED_TRACE(tag);
    const bool chunked = tag.ends_with("-4chunks");
    BackboneConfig config =
        *find_backbone("dinov2/" + (chunked ? tag.substr(0, tag.find("-4")) : tag));
    if (chunked) config.block_chunks = 4;
    const auto vit = make_maskable_vit(config, 3, std::nullopt);
    const ProjectionHead head(ProjectionHeadOptions{
        .width = config.width, .hidden = 8, .bottleneck = 4, .prototypes = 6});
    const std::vector<ParameterGroup> groups = layerwise_groups(
        {"", vit.get()},
        {{"dino_head.", head.get()}},
        {.blocks = config.depth, .decay = 0.9, .patch_embed = 0.2, .weight_decay = 0.04});
    ASSERT_EQ(groups.size(), expected.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      EXPECT_EQ(groups[i].name, expected[i].at("name").get<std::string>());
      const double factor = expected[i].at("lr_multiplier");
      EXPECT_NEAR(groups[i].lr_factor, factor, 1e-12 * factor) << groups[i].name;
      EXPECT_EQ(groups[i].weight_decay, expected[i].at("weight_decay").get<double>());
      EXPECT_EQ(groups[i].keys, expected[i].at("params").get<std::vector<std::string>>());
    }
  }
}

}  // namespace
}  // namespace saker
