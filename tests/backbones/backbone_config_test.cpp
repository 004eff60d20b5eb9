#include "backbones/backbone_config.hpp"

#include <gtest/gtest.h>

#include <set>

#include "golden.hpp"

namespace saker {
namespace {

void expect_kind(ErrorKind kind, const std::string& word, const std::function<void()>& run) {
  try {
    run();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

TEST(BackboneConfig, NamesAreUniqueAndFound) {
  std::set<std::string> names;
  for (const BackboneConfig& config : backbone_configs()) {
    EXPECT_TRUE(names.insert(config.name).second) << config.name;
    EXPECT_EQ(find_backbone(config.name)->name, config.name);
  }
  for (const char* name : {"dinov3/vitt16",
                           "dinov3/vitt16plus",
                           "dinov3/vits16-eupe",
                           "dinov3/vitl16-notpretrained",
                           "dinov3/convnext-large",
                           "dinov3/convnext-base-eupe",
                           "dinov2/vits14",
                           "dinov2/vitl14-noreg-notpretrained",
                           "dinov2/_vittest14",
                           "edgecrafter/ecvitsplus-notpretrained",
                           "edgecrafter/_ecvitt-notpretrained"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_FALSE(find_backbone("dinov3/VITT16"));
  EXPECT_FALSE(find_backbone("vitt16"));
}

TEST(BackboneConfig, EveryBackboneOfTheRegistryIsKnownOrAGiant) {
  SAKER_GOLDEN(path, "ltdetr/registry.json");
  std::size_t known = 0;
  for (const auto& entry : test::read_json(path)) {
    const auto& config = entry.at("config");
    const std::string name = config.at("backbone_name");
    if (is_giant(name)) continue;
    const std::optional<BackboneConfig> found = find_backbone(name);
    ASSERT_TRUE(found) << name;
    ++known;
    const auto& args = config.at("backbone_args");
    if (args.contains("patch_size")) {
      EXPECT_EQ(args.at("patch_size"), found->patch_size) << name;
    } else {
      EXPECT_EQ(found->patch_size, 0) << name;
    }
    if (found->kind == BackboneKind::kConvNext) {
      for (std::size_t level = 0; level < 3; ++level) {
        EXPECT_EQ(config.at("hybrid_encoder").at("in_channels").at(level),
                  found->stage_widths[level + 1])
            << name;
      }
    }
    if (found->kind == BackboneKind::kEcVit) {
      EXPECT_EQ(config.at("hybrid_encoder").at("in_channels").at(2), found->projector_width);
    }
  }
  EXPECT_GT(known, 35U);
}

TEST(BackboneConfig, Dinov2NamesDifferInRegistersAndPositions) {
  struct Row {
    const char* name;
    std::int64_t registers, grid;
    double offset;
    bool antialias;
    double pretraining_drop_path_rate;
  };
  const Row rows[] = {{"dinov2/vits14", 4, 37, 0, true, 0.3},
                      {"dinov2/vits14-noreg", 0, 37, 0.1, false, 0.3},
                      {"dinov2/vits14-notpretrained", 4, 16, 0, true, 0.1},
                      {"dinov2/vits14-noreg-notpretrained", 0, 16, 0.1, false, 0.1},
                      {"dinov2/vitb14-notpretrained", 4, 16, 0, true, 0.2},
                      {"dinov2/vitl14-noreg-notpretrained", 0, 16, 0.1, false, 0.4},
                      {"dinov2/_vittest14", 0, 16, 0.1, false, 0.3}};
  for (const Row& row : rows) {
    const BackboneConfig config = *find_backbone(row.name);
    EXPECT_EQ(config.register_tokens, row.registers) << row.name;
    EXPECT_EQ(config.position_grid, row.grid) << row.name;
    EXPECT_EQ(config.position_offset, row.offset) << row.name;
    EXPECT_EQ(config.position_antialias, row.antialias) << row.name;
    EXPECT_EQ(config.pretraining_drop_path_rate, row.pretraining_drop_path_rate) << row.name;
    EXPECT_EQ(config.drop_path_rate, 0) << row.name;
  }
  EXPECT_FALSE(find_backbone("dinov2/vitb14")->swiglu);
  EXPECT_TRUE(find_backbone("dinov2/vitb14-noreg-notpretrained")->swiglu);
  EXPECT_EQ(find_backbone("dinov2/vitl14-notpretrained")->block_chunks, 4);
}

TEST(BackboneConfig, UnknownNamesAndGiantsAreErrors) {
  expect_kind(ErrorKind::kUsage, "dinov3/vitt16", [] { backbone_by_name("dinov3/vit16"); });
  for (const char* giant : {"dinov2/vitg14", "dinov2/vitg14-noreg-notpretrained", "dinov3/vit7b16"})
    expect_kind(ErrorKind::kUnsupported, "not offered", [&] { backbone_by_name(giant); });
  EXPECT_TRUE(is_giant("dinov2/vitg14-ltdetr"));
  EXPECT_FALSE(is_giant("dinov2/vitl14-ltdetr"));
}

TEST(BackboneConfig, PatchSizeKeepsTheTrainingImageOfPositions) {
  const BackboneConfig changed = with_patch_size(*find_backbone("dinov2/vits14"), 16);
  EXPECT_EQ(changed.patch_size, 16);
  EXPECT_EQ(changed.position_grid, 32);  // 518 / 16
  EXPECT_EQ(with_patch_size(*find_backbone("dinov3/vitt16"), 14).patch_size, 14);
  EXPECT_EQ(with_patch_size(*find_backbone("edgecrafter/ecvitt"), 16).patch_size, 16);
  expect_kind(ErrorKind::kUnsupported, "no patches", [] {
    with_patch_size(*find_backbone("dinov3/convnext-tiny"), 16);
  });
  expect_kind(ErrorKind::kUnsupported, "16 pixels", [] {
    with_patch_size(*find_backbone("edgecrafter/ecvitt"), 14);
  });
  expect_kind(
      ErrorKind::kUsage, "positive", [] { with_patch_size(*find_backbone("dinov3/vitt16"), 0); });
}

}  // namespace
}  // namespace saker
