#include "detectors/ltdetr/training_args.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// What the defaults depend on, without the rest of an architecture.
LtdetrConfig config_of(const std::string& name) {
  LtdetrConfig config;
  config.name = name;
  config.backbone.patch_size = 16;
  if (name.starts_with("dinov2")) {
    config.backbone.kind = BackboneKind::kDinov2Vit;
    config.backbone.patch_size = 14;
  } else if (name.starts_with("ltdetrv2")) {
    config.backbone.kind = BackboneKind::kEcVit;
    config.decoder.kind = DecoderKind::kDfine;
  } else if (name.find("convnext") != std::string::npos) {
    config.backbone.kind = BackboneKind::kConvNext;
    config.backbone.patch_size = 0;
  }
  return config;
}

LtdetrTrainingArgs read(const std::string& name, const Value& model_args) {
  SettingsProblems problems;
  const LtdetrTrainingArgs args = LtdetrTrainingArgs::read(config_of(name), model_args, problems);
  problems.throw_if_any();
  return args;
}

std::vector<std::string> problems_of(const Value& model_args,
                                     const std::string& name = "dinov3/vitt16-ltdetr") {
  SettingsProblems problems;
  LtdetrTrainingArgs::read(config_of(name), model_args, problems);
  return problems.lines();
}

// Every key of the reference with its value; numbers compare as numbers, maps without their order.
void expect_golden(const Value& actual, const nlohmann::ordered_json& golden) {
  const auto own = nlohmann::json::parse(actual.to_json());
  const auto unordered = nlohmann::json::parse(golden.dump());
  for (const auto& [key, value] : unordered.items()) {
    if (key.starts_with("<") || key.starts_with("effective_")) continue;
    ASSERT_TRUE(own.contains(key)) << key;
    EXPECT_EQ(own.at(key), value) << key;
  }
}

TEST(LtdetrTrainingArgs, DefaultsEqualTheGoldens) {
  SAKER_GOLDEN(path, "ltdetr_train/defaults.json");
  const auto golden = test::read_json(path);
  for (const auto& [tag, name] : std::vector<std::pair<std::string, std::string>>{
           {"dinov3", "dinov3/vitt16-ltdetr"},
           {"dinov3_convnext", "dinov3/convnext-tiny-ltdetr"},
           {"dinov2", "dinov2/vits14-noreg-ltdetr"},
           {"ltdetrv2-s", "ltdetrv2-s"},
           {"ltdetrv2-m", "ltdetrv2-m"},
           {"ltdetrv2-l", "ltdetrv2-l"},
           {"ltdetrv2-x", "ltdetrv2-x"}}) {
    SCOPED_TRACE(tag);
    const auto& expected = golden.at("model_args:" + tag);
    const LtdetrTrainingArgs args = read(name, {});
    expect_golden(args.to_value(), expected);
    EXPECT_EQ(args.default_batch_size, expected.at("<default_batch_size>").get<std::int64_t>());
    EXPECT_EQ(args.default_steps, expected.at("<default_steps>").get<std::int64_t>());
    const auto& resolved = golden.at("model_args_resolved:" + tag);
    const LtdetrTrainingArgs final_args = args.without_auto(config_of(name));
    const auto own = nlohmann::ordered_json::parse(final_args.to_value().to_json());
    EXPECT_EQ(own.at("decoder_name"), resolved.at("decoder_name"));
    EXPECT_EQ(own.at("patch_size"), resolved.at("patch_size"));
    const LtdetrLossSettings loss = loss_settings_for(config_of(name).decoder, args.loss);
    EXPECT_EQ(loss.losses, resolved.at("effective_losses").get<std::vector<std::string>>());
    EXPECT_EQ((std::map<std::string, double>(loss.loss_weights.begin(), loss.loss_weights.end())),
              (resolved.at("effective_loss_weight_dict").get<std::map<std::string, double>>()));
  }
}

TEST(LtdetrTrainingArgs, ReadsEveryKeyAndGivesItBack) {
  const Value args = {
      {"backbone_weights", "backbone.pt"},
      {"backbone_url", "https://example.org/backbone.pt"},
      {"backbone_args", {{"drop_path_rate", 0.1}}},
      {"backbone_freeze", true},
      {"decoder_name", "dfine"},
      {"patch_size", 14},
      {"box_refine", "reference"},
      {"reinit_class_head", true},
      {"use_ema_model", false},
      {"ema_momentum", 0.99},
      {"ema_warmup_steps", 0},
      {"matcher_weight_dict", {{"cost_class", 1.0}, {"cost_bbox", 4.0}, {"cost_giou", 3.0}}},
      {"matcher_use_focal_loss", false},
      {"matcher_alpha", 0.5},
      {"matcher_gamma", 1.5},
      {"loss_weight_dict", {{"loss_bbox", 2.0}, {"loss_vfl", 0.5}}},
      {"losses", Value(Value::Array{"vfl", "boxes", "local"})},
      {"loss_alpha", 0.6},
      {"loss_gamma", 1.0},
      {"gradient_clip_val", 1.0},
      {"lr", 1e-3},
      {"backbone_lr_factor", 0.5},
      {"weight_decay", 0.0},
      {"optimizer_betas", Value(Value::Array{0.8, 0.99})},
      {"scheduler_name", "linear"},
      {"lr_warmup_steps", 7},
      {"scheduler_start_factor", 0.5},
      {"scheduler_flat_steps", 8},
      {"scheduler_no_aug_steps", 9}};
  EXPECT_EQ(read("dinov3/vitt16-ltdetr", args).to_value(), args);
  Value automatic = args;
  for (const char* key : {"decoder_name",
                          "patch_size",
                          "lr_warmup_steps",
                          "scheduler_flat_steps",
                          "scheduler_no_aug_steps"})
    automatic[key] = "auto";
  EXPECT_EQ(read("dinov3/vitt16-ltdetr", automatic).to_value(), automatic);
}

TEST(LtdetrTrainingArgs, SecondNamesAreTaken) {
  const LtdetrTrainingArgs args = read(
      "dinov3/vitt16-ltdetr",
      {{"optimizer_lr", 1e-3}, {"optimizer_weight_decay", 1e-2}, {"scheduler_warmup_steps", 5}});
  EXPECT_EQ(args.lr, 1e-3);
  EXPECT_EQ(args.weight_decay, 1e-2);
  EXPECT_EQ(args.lr_warmup_steps, 5);
  EXPECT_EQ(problems_of({{"optimizer_lr", 1e-3}, {"lr", 1e-3}}).size(), 1U);
}

TEST(LtdetrTrainingArgs, LossWeightsAreReplacedAsAWholeAndCostsOneByOne) {
  const LtdetrTrainingArgs args =
      read("dinov3/vitt16-ltdetr",
           {{"loss_weight_dict", {{"loss_giou", 3}}}, {"matcher_weight_dict", {{"cost_giou", 3}}}});
  EXPECT_EQ(args.loss.loss_weights.size(), 1U);
  EXPECT_EQ(args.loss.weight("loss_giou"), 3);
  EXPECT_FALSE(args.loss.weight("loss_vfl"));
  EXPECT_EQ(args.loss.matcher.cost_giou, 3);
  EXPECT_EQ(args.loss.matcher.cost_bbox, 5);
}

TEST(LtdetrTrainingArgs, EveryProblemIsReported) {
  EXPECT_EQ(problems_of({{"learning_rate", 0.1},
                         {"lr", 0.0},
                         {"backbone_lr_factor", -1.0},
                         {"optimizer_betas", Value(Value::Array{0.9, 1.0})},
                         {"scheduler_name", "cosine"},
                         {"lr_warmup_steps", -1},
                         {"ema_momentum", 1.5},
                         {"backbone_freeze", 1},
                         {"losses", "vfl"},
                         {"decoder_name", "detr"},
                         {"patch_size", 0},
                         {"scheduler_start_factor", 0.0}})
                .size(),
            12U);
  const std::vector<std::string> unknown = problems_of({{"optimizer_wight_decay", 0.1}});
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_NE(unknown[0].find("optimizer_weight_decay"), std::string::npos) << unknown[0];
  EXPECT_EQ(problems_of({{"losses", Value(Value::Array{"vfl", "mal"})}}).size(), 1U);
  EXPECT_EQ(problems_of({{"loss_weight_dict", {{"loss_mal", 1.0}}}}).size(), 1U);
  EXPECT_EQ(
      problems_of({{"losses", Value(Value::Array{"local"})}, {"decoder_name", "rtdetrv2"}}).size(),
      1U);
  EXPECT_EQ(problems_of({{"lr_warmup_steps", "auto"}}, "dinov2/vits14-ltdetr").size(), 1U);
  EXPECT_TRUE(problems_of({{"lr_warmup_steps", "auto"}}).empty());
}

TEST(LtdetrTrainingArgs, ACheckpointDecidesWhatIsLeftOpen) {
  const Value stored = {{"decoder_name", "dfine"}, {"patch_size", 8}, {"backbone_freeze", true}};
  LtdetrTrainingArgs open = read("dinov3/vitt16-ltdetr", {});
  open.adopt(stored);
  EXPECT_EQ(open.decoder_name, DecoderKind::kDfine);
  EXPECT_EQ(open.patch_size, std::optional<std::int64_t>(8));
  EXPECT_FALSE(open.backbone_freeze);
  LtdetrTrainingArgs dinov2 = read("dinov2/vits14-noreg-ltdetr", {});
  EXPECT_EQ(dinov2.build_args().find("patch_size"), nullptr);
  dinov2.adopt(stored);
  EXPECT_EQ(dinov2.build_args().at("patch_size").as_int(), 8);
  // Arguments of a checkpoint that the user does not mention are not replaced.
  EXPECT_EQ(open.build_args().find("backbone_args"), nullptr);
  EXPECT_FALSE(open.build_args().at("backbone_freeze").as_bool());
  LtdetrTrainingArgs given =
      read("dinov3/vitt16-ltdetr", {{"decoder_name", "rtdetrv2"}, {"patch_size", 16}});
  given.adopt(stored);
  EXPECT_EQ(given.decoder_name, DecoderKind::kRtdetrV2);
  EXPECT_EQ(given.patch_size, std::optional<std::int64_t>(16));
  EXPECT_EQ(given.build_args().at("decoder_name").as_string(), "rtdetrv2");
}

}  // namespace
}  // namespace saker
