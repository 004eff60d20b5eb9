#include "backbones/dinov2_vit.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "backbones/backbone_trace.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

std::shared_ptr<Dinov2Vit> vit_of(const BackboneConfig& config, std::int64_t channels = 3) {
  auto vit = std::dynamic_pointer_cast<Dinov2Vit>(make_backbone(config, channels, 3));
  test::fill_module(*vit);
  return vit;
}

BackboneConfig test_config() { return *find_backbone("dinov2/_vittest14"); }

TEST(Dinov2Vit, StepsOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/trace/vits14-noreg.safetensors");
  const test::Trace trace(path);
  const auto vit = test::golden_backbone<Dinov2Vit>("dinov2/vits14-noreg");
  const torch::NoGradGuard no_grad;
  const torch::Tensor image = trace.image();
  trace.expect_step("input", image);
  trace.expect_blocks([&](std::int64_t i) -> TransformerBlock& { return (*vit->blocks())[i]; },
                      12,
                      vit->tokens(image),
                      nullptr);
  const std::vector<torch::Tensor> maps = vit->feature_maps(image, {5, 8, 11});
  for (std::size_t i = 0; i < maps.size(); ++i)
    trace.expect_step("out." + std::to_string(i), maps[i]);
}

// A masked and an unmasked pass, and the gradients of both, as pretraining makes them.
class Dinov2Pretraining : public ::testing::TestWithParam<const char*> {};

TEST_P(Dinov2Pretraining, FeaturesAndGradientsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/vit.safetensors");
  const test::GoldenTensors golden(path);
  const std::string tag = GetParam();
  const auto vit = vit_of(*find_backbone("dinov2/" + tag));
  const torch::Tensor masks = golden.full(tag + ".masks").to(torch::kBool);
  torch::Tensor loss = torch::zeros({});
  for (const bool global : {true, false}) {
    const std::string view = global ? "global" : "local";
    const std::int64_t side = global ? 224 : 98, grid = side / 14;
    const std::string stem = "pretrain/vit/" + tag + "/" + view;
    const torch::Tensor image = test::uniform_tensor(stem, {2, 3, side, side}, -2, 2);
    const torch::Tensor tokens = vit->features(image, global ? masks : torch::Tensor());
    const torch::Tensor cls = tokens.select(1, 0);
    const torch::Tensor features =
        tokens_to_map(tokens.narrow(1, tokens.size(1) - grid * grid, grid * grid), {grid, grid});
    const std::string key = tag + "." + view;
    EXPECT_TRUE(test::near(cls, golden.full(key + ".cls"), {2e-4, 0})) << key;
    EXPECT_TRUE(
        test::near(features.slice(1, 0, 384, 32), golden.full(key + ".features"), {2e-4, 0}))
        << key;
    const auto weighted = [&](const torch::Tensor& output, const char* name) {
      return (output * test::uniform_tensor(stem + "/w_" + name, output.sizes().vec(), -1, 1))
          .sum();
    };
    loss = loss + weighted(cls, "cls_token") + weighted(features, "features");
  }
  loss.backward();
  for (const auto& item : vit->named_parameters()) {
    const double expected = golden.info().at(tag + ".grad").at(item.key()).at("l2");
    EXPECT_NEAR(item.value().grad().norm().item<double>(), expected, 1e-3 * expected) << item.key();
  }
  const auto parameters = vit->named_parameters();
  const auto largest = [](const torch::Tensor& t) { return t.abs().max().item<double>(); };
  const torch::Tensor mask_gradient = golden.full(tag + ".grad.mask_token");
  EXPECT_TRUE(test::near(
      parameters["mask_token"].grad(), mask_gradient, {1e-3 * largest(mask_gradient), 0}));
  const torch::Tensor position_gradient = golden.full(tag + ".grad.pos_embed");
  EXPECT_TRUE(test::near(parameters["pos_embed"].grad().slice(1, 0, 1370, 5).slice(2, 0, 384, 16),
                         position_gradient,
                         {1e-3 * largest(position_gradient), 0}));
}

INSTANTIATE_TEST_SUITE_P(
    Names, Dinov2Pretraining, ::testing::Values("vits14-noreg", "vits14"), [](const auto& info) {
      return std::string(info.param) == "vits14" ? "WithRegisters" : "WithoutRegisters";
    });

TEST(Dinov2Vit, InitialValues) {
  const auto vit = make_backbone(*find_backbone("dinov2/vits14-notpretrained"), 3, 0);
  const StateDict state = collect_state_dict(*vit);
  const auto std_of = [&](const char* key) { return state.find(key)->std().item<double>(); };
  EXPECT_EQ(state.find("pos_embed")->size(1), 257);
  EXPECT_NEAR(std_of("pos_embed"), 0.02, 4e-4);
  EXPECT_NEAR(std_of("cls_token"), 1e-6, 2e-7);
  EXPECT_NEAR(std_of("register_tokens"), 1e-6, 2e-7);
  EXPECT_NEAR(std_of("blocks.0.mlp.fc1.weight"), 0.02, 4e-4);
  EXPECT_TRUE(state.find("mask_token")->eq(0).all().item<bool>());
  EXPECT_TRUE(state.find("blocks.0.mlp.fc1.bias")->eq(0).all().item<bool>());
  EXPECT_TRUE(state.find("blocks.3.ls1.gamma")->eq(1e-5F).all().item<bool>());
}

TEST(Dinov2Vit, ChunksAndSwiGluChangeKeysAndLayers) {
  BackboneConfig config = test_config();
  config.depth = 4;
  config.block_chunks = 2;
  config.swiglu = true;
  config.ffn_ratio = 4;
  const StateDict state = collect_state_dict(*vit_of(config));
  for (const char* key : {"blocks.0.0.norm1.weight",
                          "blocks.0.1.mlp.w12.weight",
                          "blocks.1.2.mlp.w3.bias",
                          "blocks.1.3.ls2.gamma"}) {
    EXPECT_TRUE(state.contains(key)) << key;
  }
  EXPECT_FALSE(state.contains_prefix("blocks.1.0."));
  EXPECT_EQ(state.find("blocks.0.1.mlp.w12.weight")->size(0), 2 * 24);  // 2/3 of 32 -> 21 -> 24

  const auto base = make_backbone(*find_backbone("dinov2/vitb14-noreg-notpretrained"), 3, {});
  EXPECT_EQ(collect_state_dict(*base).find("blocks.11.mlp.w12.weight")->sizes().vec(),
            (std::vector<std::int64_t>{4096, 768}));
}

TEST(Dinov2Vit, DropPathNeedsTrainingDrawsAndARate) {
  BackboneConfig config = test_config();
  config.drop_path_rate = 0.3;
  const auto vit = vit_of(config);
  const torch::Tensor images = test::uniform_tensor("x", {4, 3, 28, 28}, -1, 1);
  const auto map = [&] { return vit->feature_maps(images, {2})[0].detach(); };
  const torch::Tensor first = map();
  EXPECT_FALSE(torch::equal(first, map()));
  vit->set_training_draws(TrainingDraws{.seed = 3, .pass = 0});
  EXPECT_TRUE(torch::equal(map(), first));
  vit->set_training_draws(std::nullopt);
  const torch::Tensor plain = map();
  vit->eval();
  EXPECT_TRUE(torch::equal(map(), plain));
}

TEST(Dinov2Vit, OtherChannelsSizesAndErrors) {
  const auto vit = vit_of(test_config(), 1);
  const std::vector<torch::Tensor> maps =
      vit->feature_maps(test::uniform_tensor("x", {2, 1, 56, 84}, -1, 1), {0, 2});
  EXPECT_EQ(maps[1].sizes().vec(), (std::vector<std::int64_t>{2, 8, 4, 6}));
  EXPECT_THROW(vit->feature_maps(torch::zeros({1, 1, 60, 84}), {0}), Error);
}

TEST(Dinov2Vit, DeployedItGivesTheSameMaps) {
  for (const std::int64_t registers : {0, 4}) {
    BackboneConfig config = test_config();
    config.register_tokens = registers;
    const auto vit = vit_of(config);
    vit->eval();
    test::expect_same_maps_deployed(*vit, test::uniform_tensor("x", {2, 3, 56, 84}, -1, 1), {0, 2});
    EXPECT_EQ(vit->feature_maps(torch::zeros({1, 3, 28, 42}), {0})[0].size(3), 3);
  }
  // Not served by the kernels, but deployed all the same.
  BackboneConfig config = test_config();
  config.swiglu = true;
  const auto vit = vit_of(config);
  vit->eval();
  test::expect_same_maps_deployed(*vit, test::uniform_tensor("x", {1, 3, 28, 28}, -1, 1), {2});
}

}  // namespace
}  // namespace saker
