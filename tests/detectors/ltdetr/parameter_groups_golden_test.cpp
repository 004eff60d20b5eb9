#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"
#include "detectors/ltdetr/golden_detector.hpp"
#include "detectors/ltdetr/recipe.hpp"
#include "golden.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

// The file's models were built without weights; DINOv2 then has a smaller grid of positions.
std::string without_weights(std::string name) {
  const std::string family = "-ltdetr";
  return name.insert(name.ends_with(family) ? name.size() - family.size() : name.size(),
                     "-notpretrained");
}

// With the model's own defaults, as the recipe gives them to the optimizer.
void expect_groups(const std::string& name, const Json& golden) {
  const auto detector = test::uninitialized_ltdetr(name, 80);
  SettingsProblems problems;
  const auto recipe = make_ltdetr_recipe(find_ltdetr(name)->config, {}, problems);
  problems.throw_if_any();
  const double lr = recipe->learning_rate(recipe->default_batch_size());
  const std::vector<ParameterGroup> groups = recipe->parameter_groups(*detector);

  const auto adam = std::get<AdamWSettings>(recipe->optimizer());
  ASSERT_EQ(groups.size(), golden.at("groups").size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const ParameterGroup& group = groups[i];
    const Json& expected = golden.at("groups").at(i);
    EXPECT_EQ(group.name, expected.at("name"));
    SCOPED_TRACE(group.name);
    const double rate = expected.at("lr");
    EXPECT_NEAR(lr * group.lr_factor, rate, 1e-12 * rate);
    EXPECT_EQ(group.weight_decay, expected.at("weight_decay").get<double>());
    EXPECT_EQ(adam.beta1, expected.at("betas").at(0).get<double>());
    EXPECT_EQ(adam.beta2, expected.at("betas").at(1).get<double>());
    EXPECT_EQ(adam.epsilon, expected.at("eps").get<double>());
    EXPECT_EQ(group.keys, expected.at("params").get<std::vector<std::string>>());
    ASSERT_EQ(group.parameters.size(), group.keys.size());
    EXPECT_FALSE(group.keys.empty());
    std::int64_t numel = 0;
    for (const torch::Tensor& parameter : group.parameters) numel += parameter.numel();
    EXPECT_EQ(numel, expected.at("numel").get<std::int64_t>());
  }
}

class LtdetrParameterGroupsGolden : public testing::TestWithParam<const char*> {};

TEST_P(LtdetrParameterGroupsGolden, AgreeWithTheReferencesOptimizer) {
  SAKER_GOLDEN(path, "ltdetr_train/param_groups.json");
  expect_groups(without_weights(GetParam()), test::read_json(path).at(GetParam()));
}

constexpr const char* kModels[] = {"dinov3/vitt16-ltdetr",
                                   "dinov3/vitt16plus-ltdetr",
                                   "dinov3/vits16-ltdetr",
                                   "dinov2/vits14-noreg-ltdetr",
                                   "dinov3/convnext-tiny-ltdetr",
                                   "dinov3/convnext-small-ltdetr",
                                   "dinov3/convnext-base-ltdetr",
                                   "dinov3/convnext-large-ltdetr",
                                   "ltdetrv2-s",
                                   "ltdetrv2-m",
                                   "ltdetrv2-l",
                                   "ltdetrv2-x"};

INSTANTIATE_TEST_SUITE_P(Models,
                         LtdetrParameterGroupsGolden,
                         testing::ValuesIn(kModels),
                         [](const auto& info) {
                           std::string text = info.param;
                           for (char& c : text) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return text;
                         });

TEST(LtdetrParameterGroupsFile, HoldsNoOtherModels) {
  SAKER_GOLDEN(path, "ltdetr_train/param_groups.json");
  std::set<std::string> held;
  const Json golden_file = test::read_json(path);
  for (const auto& [name, golden] : golden_file.items()) held.insert(name);
  EXPECT_EQ(held, std::set<std::string>(std::begin(kModels), std::end(kModels)));
}

}  // namespace
}  // namespace saker
