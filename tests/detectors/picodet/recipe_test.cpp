#include "detectors/picodet/recipe.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <memory>
#include <string>
#include <vector>

#include "detectors/picodet/golden_weights.hpp"
#include "detectors/picodet/picodet.hpp"
#include "golden.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

std::unique_ptr<Recipe> recipe_with(const Value& model_args) {
  SettingsProblems problems;
  std::unique_ptr<Recipe> recipe = make_picodet_recipe(model_args, problems);
  problems.throw_if_any();
  return recipe;
}

SgdSettings sgd_of(const Recipe& recipe) { return std::get<SgdSettings>(recipe.optimizer()); }

TEST(PicoDetRecipe, Defaults) {
  const auto recipe = recipe_with({});
  EXPECT_EQ(recipe->default_steps(), 90000);
  EXPECT_EQ(recipe->default_batch_size(), 80);
  EXPECT_EQ(recipe->learning_rate(80), 0.1);
  EXPECT_EQ(recipe->learning_rate(4), 0.005);
  EXPECT_EQ(sgd_of(*recipe).momentum, 0.9);
  EXPECT_EQ(sgd_of(*recipe).dampening, 0);
  EXPECT_FALSE(sgd_of(*recipe).nesterov);
  EXPECT_EQ(recipe->ema()->momentum, 0.9998);
  EXPECT_EQ(recipe->ema()->warmup_steps, 2000);
  EXPECT_FALSE(recipe->clip());
}

TEST(PicoDetRecipe, GoldenParameterGroups) {
  SAKER_GOLDEN(path, "picodet/manifest/training_s_416_5_classes.json");
  const auto golden = test::read_json(path).at("optimizer").at("groups");
  const auto model = test::golden_picodet("picodet/s-416", 5, {416, 416});
  const std::vector<ParameterGroup> groups = recipe_with({})->parameter_groups(*model);
  ASSERT_EQ(groups.size(), golden.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    EXPECT_EQ(groups[i].name, golden[i].at("name").get<std::string>());
    EXPECT_EQ(groups[i].weight_decay, golden[i].at("weight_decay").get<double>());
    EXPECT_EQ(groups[i].keys, golden[i].at("keys").get<std::vector<std::string>>());
    EXPECT_EQ(groups[i].lr_factor, 1);
    std::int64_t elements = 0;
    for (const torch::Tensor& parameter : groups[i].parameters) elements += parameter.numel();
    EXPECT_EQ(elements, golden[i].at("num_elements").get<std::int64_t>());
  }
}

TEST(PicoDetRecipe, ReadsEveryKeyAndGivesItBack) {
  const Value args = {{"backbone_weights", "backbone.pt"},
                      {"lr", 0.05},
                      {"momentum", 0.8},
                      {"weight_decay", 1e-4},
                      {"backbone_freeze", true},
                      {"lr_warmup_steps", 10},
                      {"warmup_ratio", 0.2},
                      {"loss_vfl_weight", 1.5},
                      {"loss_giou_weight", 2.5},
                      {"loss_dfl_weight", 0.5},
                      {"loss_o2o_dfl_weight", 0.75},
                      {"simota_center_radius", 3.0},
                      {"simota_candidate_topk", 5},
                      {"simota_iou_weight", 4.0},
                      {"ema_momentum", 0.99},
                      {"ema_warmup_steps", 0}};
  const auto recipe = recipe_with(args);
  EXPECT_EQ(recipe->resolved_model_args({.total_steps = 10}), args);
  EXPECT_EQ(recipe->learning_rate(80), 0.05);
  EXPECT_EQ(sgd_of(*recipe).momentum, 0.8);
  EXPECT_EQ(recipe->ema()->momentum, 0.99);
  EXPECT_EQ(recipe->ema()->warmup_steps, 0);
}

TEST(PicoDetRecipe, ReportsEveryProblem) {
  SettingsProblems problems;
  make_picodet_recipe({{"learning_rate", 0.1},
                       {"lr", -1.0},
                       {"momentum", "high"},
                       {"simota_candidate_topk", 0},
                       {"ema_momentum", 1.5}},
                      problems);
  EXPECT_EQ(problems.lines().size(), 5U);
}

TEST(PicoDetRecipe, PreparesForTraining) {
  const auto model = test::golden_picodet("picodet/s-416", 2, {160, 160});
  const auto frozen_by = [&](const Value& args) {
    recipe_with(args)->prepare_for_training(*model);
    EXPECT_TRUE(model->is_training());
    std::int64_t frozen = 0;
    for (const auto& item : model->named_parameters()) {
      const bool backbone = item.key().starts_with("backbone.");
      EXPECT_TRUE(backbone || item.value().requires_grad()) << item.key();
      frozen += item.value().requires_grad() ? 0 : 1;
    }
    return frozen;
  };
  EXPECT_EQ(frozen_by({}), 0);
  EXPECT_TRUE(model->backbone().is_training());
  EXPECT_EQ(frozen_by({{"backbone_freeze", true}}),
            static_cast<std::int64_t>(model->backbone().parameters().size()));
  EXPECT_FALSE(model->backbone().is_training());
}

TEST(PicoDetRecipe, TheLossWeightsReachTheDetector) {
  const auto model = test::golden_picodet("picodet/s-416", 2, {160, 160});
  const torch::Tensor images = test::golden_input("recipe.weights", 1, 160, 160);
  const Targets targets = {{torch::tensor({{0.5F, 0.5F, 0.4F, 0.4F}})},
                           {torch::tensor({1}, torch::kLong)}};
  recipe_with({})->prepare_for_training(*model);
  model->eval();
  const torch::NoGradGuard no_grad;
  const LossTerms before = model->training_losses(images, targets, {});
  recipe_with({{"loss_vfl_weight", 2.0}})->prepare_for_training(*model);
  model->eval();
  const LossTerms after = model->training_losses(images, targets, {});
  EXPECT_NEAR(after.total.item<double>() - before.total.item<double>(),
              0.5 * before.logged[0].second.item<double>(),
              1e-4 * before.total.item<double>());
}

TEST(PicoDetRecipe, AMissingBackboneFileIsAnError) {
  const test::TemporaryFolder folder;
  const auto model = test::golden_picodet("picodet/s-416", 2, {160, 160});
  EXPECT_EQ(recipe_with({})->load_backbone(*model), "");
  const auto recipe = recipe_with({{"backbone_weights", (folder / "none.pt").string()}});
  try {
    recipe->load_backbone(*model);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(error.what()).find("none.pt"), std::string::npos);
  }
}

}  // namespace
}  // namespace saker
