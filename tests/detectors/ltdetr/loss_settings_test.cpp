#include "detectors/ltdetr/loss_settings.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "saker/error.hpp"

namespace saker {
namespace {

using Names = std::vector<std::string>;

template <class Settings>
void expect_refused(const Settings& settings, const std::string& part_of_message) {
  try {
    settings.validate();
    FAIL() << "accepted: " << part_of_message;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find(part_of_message), std::string::npos) << error.what();
  }
}

TEST(LossSettings, DefaultsAreValid) {
  LtdetrLossSettings().validate();
  DenoisingSettings().validate();
  loss_settings_for({.kind = DecoderKind::kDfine}, {}).validate();
  EXPECT_EQ(LtdetrLossSettings().terms(), (Names{"loss_vfl", "loss_bbox", "loss_giou"}));
}

TEST(LossSettings, DfineAddsItsLossesUnlessGiven) {
  const LtdetrLossSettings added =
      loss_settings_for({.kind = DecoderKind::kDfine, .reg_max = 16, .reg_scale = 8}, {});
  EXPECT_EQ(added.terms(), (Names{"loss_vfl", "loss_bbox", "loss_giou", "loss_fgl", "loss_ddf"}));
  EXPECT_EQ(added.weight("loss_fgl"), 0.15);
  EXPECT_EQ(added.weight("loss_ddf"), 1.5);
  EXPECT_EQ(added.dfine->reg_max, 16);
  EXPECT_EQ(added.dfine->reg_scale, 8);

  LtdetrLossSettings own;
  own.losses = {"vfl", "local"};
  own.loss_weights = {{"loss_vfl", 2}, {"loss_fgl", 0.5}};
  const LtdetrLossSettings kept = loss_settings_for({.kind = DecoderKind::kDfine}, own);
  EXPECT_EQ(kept.losses, own.losses);
  EXPECT_EQ(kept.weight("loss_fgl"), 0.5);
  EXPECT_EQ(kept.weight("loss_ddf"), 1.5);
  EXPECT_EQ(kept.weight("loss_bbox"), std::nullopt);
  EXPECT_FALSE(loss_settings_for({}, kept).dfine);
}

TEST(LossSettings, ATermNeedsItsLossAndAFactor) {
  LtdetrLossSettings settings;
  settings.losses = {"focal", "boxes"};
  settings.loss_weights = {{"loss_vfl", 1}, {"loss_giou", 2}};
  EXPECT_EQ(settings.terms(), (Names{"loss_giou"}));
  EXPECT_EQ(settings.weight("loss_vfl"), std::nullopt);
  settings.loss_weights.emplace("loss_focal", 1);
  EXPECT_EQ(settings.terms(), (Names{"loss_focal", "loss_giou"}));
}

TEST(LossSettings, RefuseWhatMakesNoSense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_refused(MatcherSettings{.cost_class = -1}, "model_args.matcher_weight_dict.cost_class");
  expect_refused(MatcherSettings{.cost_class = 0, .cost_bbox = 0, .cost_giou = 0}, "only zeros");
  expect_refused(MatcherSettings{.alpha = 1.5}, "model_args.matcher_alpha is 1.5");
  expect_refused(MatcherSettings{.gamma = nan}, "model_args.matcher_gamma");
  expect_refused(DenoisingSettings{.num_denoising = -1}, "num_denoising");
  expect_refused(DenoisingSettings{.label_noise_ratio = 2}, "label_noise_ratio");
  expect_refused(DenoisingSettings{.box_noise_scale = -0.5}, "box_noise_scale");

  LtdetrLossSettings settings;
  settings.losses = {"vfl", "mal"};
  expect_refused(settings, "model_args.losses has \"mal\"; it may have vfl, focal, boxes, local");
  settings.losses = {"local"};
  expect_refused(settings, "decoder_name=dfine");
  settings.losses = {};
  expect_refused(settings, "model_args.losses is empty");
  settings.losses = {"focal"};
  expect_refused(settings, "no factor for any term of model_args.losses, focal");
  settings = {};
  settings.loss_weights = {{"loss_box", 1}};
  expect_refused(settings, "model_args.loss_weight_dict has \"loss_box\"");
  settings.loss_weights = {{"loss_vfl", -1}};
  expect_refused(settings, "model_args.loss_weight_dict.loss_vfl is -1");
  settings = {};
  settings.alpha = -0.1;
  expect_refused(settings, "model_args.loss_alpha");
}

}  // namespace
}  // namespace saker
