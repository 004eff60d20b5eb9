#include "pretrain/projection_head.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <string>

#include "golden_head.hpp"
#include "tensors/golden_tensors.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

class GoldenHead : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenHead, OutputAndGradientsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/head.safetensors");
  const test::GoldenTensors golden(path);
  const std::string tag = GetParam();
  const auto& info = golden.info().at(tag);
  ProjectionHead head(ProjectionHeadOptions{.width = info.at("in"),
                                            .hidden = info.at("hidden"),
                                            .bottleneck = info.at("bottleneck"),
                                            .prototypes = info.at("out")});
  const StateDict state = collect_state_dict(*head);
  ASSERT_EQ(state.size(), info.at("state_dict_keys").size());
  for (std::size_t i = 0; i < state.size(); ++i)
    EXPECT_EQ(state.entries()[i].first, info.at("state_dict_keys")[i].get<std::string>());
  const std::string stem = "pretrain/head/" + tag + "/";
  test::fill_head(*head, stem);
  const std::int64_t width = info.at("in");
  const torch::Tensor x = test::uniform_tensor(stem + "x", {4, width}, -2, 2).requires_grad_();
  const torch::Tensor y = head->forward(x);
  (y * test::uniform_tensor(stem + "w", y.sizes().vec(), -1, 1)).sum().backward();
  const std::int64_t stride = info.at("column_stride");
  EXPECT_TRUE(test::near(y.slice(1, 0, y.size(1), stride), golden.full(tag + ".out"), {2e-6, 0}));
  const torch::Tensor expected = golden.full(tag + ".grad_x");
  EXPECT_TRUE(test::near(x.grad(), expected, {1e-4 * expected.abs().max().item<double>(), 0}));
  for (const auto& item : head->named_parameters()) {
    const double norm = info.at("grad").at(item.key()).at("l2");
    EXPECT_NEAR(item.value().grad().to(torch::kFloat64).norm().item<double>(), norm, 1e-4 * norm)
        << item.key();
    const std::string key = tag + ".grad." + item.key();
    if (!golden.holds(key)) continue;
    const torch::Tensor gradient = golden.full(key);
    EXPECT_TRUE(
        test::near(item.value().grad(), gradient, {1e-4 * gradient.abs().max().item<double>(), 0}));
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes,
                         GoldenHead,
                         ::testing::Values("default", "small"),
                         [](const auto& i) { return std::string(i.param); });

TEST(ProjectionHead, BatchNormStandsBeforeTheActivations) {
  ProjectionHead head(ProjectionHeadOptions{
      .width = 4, .hidden = 6, .bottleneck = 3, .prototypes = 5, .batch_norm = true});
  head->initialize(1, "head.");
  const StateDict state = collect_state_dict(*head);
  for (const char* key :
       {"mlp.0.weight", "mlp.1.running_var", "mlp.3.bias", "mlp.4.weight", "mlp.6.bias"})
    EXPECT_TRUE(state.contains(key)) << key;
  EXPECT_TRUE(state.find("mlp.1.weight")->eq(1).all().item<bool>());
  const torch::Tensor rows = head->bottleneck(test::uniform_tensor("x", {7, 4}, -1, 1));
  EXPECT_TRUE(test::near(rows.norm(2, 1), torch::ones({7}), {1e-5, 0}));
}

TEST(ProjectionHead, InitialValues) {
  ProjectionHead head(
      ProjectionHeadOptions{.width = 64, .hidden = 128, .bottleneck = 16, .prototypes = 512});
  head->initialize(3, "student.");
  const StateDict state = collect_state_dict(*head);
  EXPECT_NEAR(state.find("mlp.0.weight")->std().item<double>(), 0.02, 1e-3);
  EXPECT_TRUE(state.find("mlp.0.bias")->eq(0).all().item<bool>());
  const torch::Tensor& v = *state.find("last_layer.parametrizations.weight.original1");
  EXPECT_NEAR(v.abs().max().item<double>(), 0.25, 1e-3);
  EXPECT_TRUE(state.find("last_layer.parametrizations.weight.original0")->eq(1).all().item<bool>());
}

}  // namespace
}  // namespace saker
