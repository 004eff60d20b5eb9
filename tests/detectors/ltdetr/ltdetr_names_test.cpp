#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "backbones/backbone_config.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "golden.hpp"
#include "weights/published_weights.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

LevelSizes sizes_of(const Json& list) { return {list.at(0), list.at(1), list.at(2)}; }

void expect_adapter(const LtdetrConfig& config, const Json& wrapper) {
  if (!wrapper.contains("interaction_indexes")) {
    EXPECT_FALSE(config.adapter);
    return;
  }
  ASSERT_TRUE(config.adapter);
  EXPECT_EQ(config.adapter->taps, sizes_of(wrapper.at("interaction_indexes")));
  const bool prior = wrapper.at("use_sta");
  EXPECT_EQ(config.adapter->prior_width,
            prior ? wrapper.at("conv_inplane").get<std::int64_t>() : 0);
  const bool projects = wrapper.at("project_features");
  EXPECT_EQ(config.adapter->projection_width,
            projects ? wrapper.at("hidden_dim").get<std::int64_t>() : 0);
  EXPECT_EQ(config.adapter->rescale, wrapper.at("resize_features").get<bool>());
}

void expect_encoder(const HybridEncoderConfig& encoder, const Json& golden) {
  EXPECT_EQ(encoder.in_channels, sizes_of(golden.at("in_channels")));
  EXPECT_EQ(encoder.width, golden.at("hidden_dim"));
  EXPECT_EQ(encoder.heads, golden.at("nhead"));
  EXPECT_EQ(encoder.ffn_width, golden.at("dim_feedforward"));
  EXPECT_EQ(encoder.expansion, golden.at("expansion"));
  EXPECT_EQ(encoder.depth_factor, golden.at("depth_mult"));
  EXPECT_EQ(encoder.rescale, golden.at("upsample").get<bool>());
  EXPECT_EQ(golden.at("num_encoder_layers"), 1);
  EXPECT_EQ(golden.at("use_encoder_idx"), Json::array({2}));
}

void expect_decoder(const DecoderConfig& decoder, const Json& golden) {
  EXPECT_EQ(decoder.kind == DecoderKind::kDfine, golden.at("decoder_name") == "dfine");
  EXPECT_EQ(decoder.in_channels, sizes_of(golden.at("feat_channels")));
  EXPECT_EQ(decoder.strides, sizes_of(golden.at("feat_strides")));
  EXPECT_EQ(decoder.width, golden.at("hidden_dim"));
  EXPECT_EQ(decoder.heads, 8);
  EXPECT_EQ(decoder.layers, golden.at("num_layers"));
  EXPECT_EQ(decoder.ffn_width, golden.value("dim_feedforward", std::int64_t{1024}));
  EXPECT_EQ(decoder.points, sizes_of(golden.at("num_points")));
  EXPECT_EQ(decoder.queries, golden.at("num_queries"));
  if (decoder.kind == DecoderKind::kDfine) {
    EXPECT_EQ(decoder.reg_max, golden.at("reg_max"));
    EXPECT_EQ(decoder.reg_scale, golden.at("reg_scale"));
  }
}

TEST(LtdetrNames, AreTheRegistrysWithTheirConfigurations) {
  SAKER_GOLDEN(path, "ltdetr/registry.json");
  std::set<std::string> expected;
  for (const Json& group : test::read_json(path)) {
    const Json& golden = group.at("config");
    for (const std::string name : group.at("names")) {
      SCOPED_TRACE(name);
      if (is_giant(name)) {
        EXPECT_EQ(find_ltdetr(name), nullptr);
        continue;
      }
      expected.insert(name);
      const LtdetrName* known = find_ltdetr(name);
      ASSERT_NE(known, nullptr);
      const LtdetrConfig& config = known->config;
      EXPECT_EQ(config.name, find_ltdetr(group.at("names").back())->config.name);
      EXPECT_EQ(find_published_detector(name) != nullptr, name.ends_with("-coco"));
      const std::string backbone = golden.at("backbone_name");
      EXPECT_EQ(config.backbone.name,
                backbone == "edgecrafter/_ecvitt-notpretrained" ? "edgecrafter/ecvitt-notpretrained"
                                                                : backbone);
      EXPECT_EQ(config.backbone.patch_size,
                golden.at("backbone_args").value("patch_size", std::int64_t{0}));
      expect_adapter(config, golden.at("backbone_wrapper"));
      expect_encoder(config.encoder, golden.at("hybrid_encoder"));
      expect_decoder(config.decoder, golden.at("transformer"));
      EXPECT_EQ(config.max_detections, golden.at("rtdetr_postprocessor").at("num_top_queries"));
    }
  }
  for (const char* size : {"s", "m", "l", "x"})
    expected.insert(std::string("ltdetrv2-") + size + "-notpretrained");
  std::set<std::string> names;
  for (const LtdetrName& known : ltdetr_names())
    EXPECT_TRUE(names.insert(known.name).second) << known.name << " is there twice";
  EXPECT_EQ(names, expected);
}

TEST(LtdetrNames, HaveTheDefaultSizesOfTheirPatches) {
  const auto size_of = [](const char* name) { return find_ltdetr(name)->config.image_size; };
  EXPECT_EQ(size_of("dinov3/vitt16-ltdetr"), (ImageSize{640, 640}));
  EXPECT_EQ(size_of("dinov2/vits14-noreg-ltdetr-coco"), (ImageSize{644, 644}));
  EXPECT_EQ(size_of("dinov3/convnext-large-ltdetr"), (ImageSize{640, 640}));
  EXPECT_EQ(size_of("ltdetrv2-x"), (ImageSize{640, 640}));
  EXPECT_EQ(default_ltdetr_size(2 * 24), (ImageSize{672, 672}));
}

}  // namespace
}  // namespace saker
