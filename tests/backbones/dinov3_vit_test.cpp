#include "backbones/dinov3_vit.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "backbones/backbone_trace.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

// Two small blocks, to be fast.
BackboneConfig small_config() {
  BackboneConfig config = *find_backbone("dinov3/vitt16");
  config.width = 16;
  config.depth = 2;
  config.heads = 2;
  return config;
}

std::shared_ptr<Dinov3Vit> small_vit(std::int64_t channels = 3) {
  auto vit = std::dynamic_pointer_cast<Dinov3Vit>(make_backbone(small_config(), channels, 5));
  test::fill_module(*vit);  // initial layer scales would hide all blocks
  return vit;
}

TEST(Dinov3Vit, StepsOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/trace/vitt16.safetensors");
  const test::Trace trace(path);
  const auto vit = test::golden_backbone<Dinov3Vit>("dinov3/vitt16");
  const torch::NoGradGuard no_grad;
  const torch::Tensor image = trace.image();
  trace.expect_step("input", image);
  const torch::Tensor tokens = vit->tokens(image);
  const PatchGrid grid{8, 10};
  trace.expect_step("patch_embed", tokens.narrow(1, 5, 80).unflatten(1, {8, 10}));
  const RotaryTable table = vit->positions(grid);
  trace.expect_blocks(
      [&](std::int64_t i) -> TransformerBlock& { return (*vit->blocks())[i]; }, 12, tokens, &table);
}

TEST(Dinov3Vit, InitialValues) {
  const auto vit = make_backbone(*find_backbone("dinov3/vitt16-notpretrained"), 3, 0);
  const StateDict state = collect_state_dict(*vit);
  const auto std_of = [&](const char* key) { return state.find(key)->std().item<double>(); };
  const auto all_equal = [&](const char* key, double value) {
    return state.find(key)->eq(value).all().item<bool>();
  };
  EXPECT_NEAR(std_of("blocks.3.attn.qkv.weight"), 0.02, 4e-4);
  EXPECT_NEAR(std_of("blocks.11.mlp.fc2.weight"), 0.02, 4e-4);
  EXPECT_NEAR(std_of("storage_tokens"), 0.02, 2.5e-3);
  EXPECT_NEAR(std_of("cls_token"), 0.02, 5e-3);
  EXPECT_TRUE(all_equal("mask_token", 0));
  EXPECT_TRUE(all_equal("blocks.0.attn.qkv.bias", 0));
  EXPECT_TRUE(all_equal("blocks.0.attn.proj.bias", 0));
  EXPECT_TRUE(all_equal("blocks.5.norm1.weight", 1));
  EXPECT_TRUE(all_equal("norm.bias", 0));
  EXPECT_TRUE(state.find("blocks.7.ls2.gamma")->eq(1e-5F).all().item<bool>());
  const double bound = 1 / std::sqrt(3.0 * 16 * 16);
  for (const char* key : {"patch_embed.proj.weight", "patch_embed.proj.bias"}) {
    EXPECT_LE(state.find(key)->abs().max().item<double>(), bound) << key;
    EXPECT_NEAR(std_of(key), bound / std::sqrt(3.0), bound * 0.1) << key;
  }
  const torch::Tensor& mask = *state.find("blocks.2.attn.qkv.bias_mask");
  EXPECT_TRUE(mask.narrow(0, 192, 192).eq(0).all().item<bool>());
  EXPECT_EQ(mask.sum().item<double>(), 384);
  EXPECT_FALSE(torch::equal(*state.find("blocks.0.attn.qkv.weight"),
                            *state.find("blocks.1.attn.qkv.weight")));
}

TEST(Dinov3Vit, MapsOfNonSquareImagesAndOtherChannels) {
  const auto vit = small_vit(4);
  vit->eval();
  const std::vector<torch::Tensor> maps =
      vit->feature_maps(test::uniform_tensor("x", {2, 4, 48, 80}, -1, 1), {0, 1});
  ASSERT_EQ(maps.size(), 2U);
  for (const torch::Tensor& map : maps)
    EXPECT_EQ(map.sizes().vec(), (std::vector<std::int64_t>{2, 16, 3, 5}));
}

TEST(Dinov3Vit, ABatchIsItsImagesAlone) {
  const auto vit = small_vit();
  vit->eval();
  const torch::Tensor images = test::uniform_tensor("x", {2, 3, 32, 48}, -1, 1);
  const torch::Tensor both = vit->feature_maps(images, {1})[0];
  const torch::Tensor second = vit->feature_maps(images.narrow(0, 1, 1), {1})[0];
  EXPECT_TRUE(test::near(second, both.narrow(0, 1, 1), {1e-5, 0}));
}

TEST(Dinov3Vit, TrainingScalesPositionsAnewForEveryPassAndCanBeRepeated) {
  const auto vit = small_vit();
  const torch::Tensor images = test::uniform_tensor("x", {1, 3, 32, 48}, -1, 1);
  const auto map = [&] { return vit->feature_maps(images, {1})[0].detach(); };
  const torch::Tensor first = map(), second = map();
  EXPECT_FALSE(torch::equal(first, second));
  EXPECT_EQ(vit->training_draws()->pass, 2U);
  vit->set_training_draws(TrainingDraws{.seed = 5, .pass = 1});
  EXPECT_TRUE(torch::equal(map(), second));

  vit->set_training_draws(std::nullopt);
  const torch::Tensor without = map();
  EXPECT_TRUE(torch::equal(map(), without));
  vit->set_training_draws(TrainingDraws{.seed = 5, .pass = 9});
  vit->eval();
  EXPECT_TRUE(torch::equal(map(), without));
  EXPECT_EQ(vit->training_draws()->pass, 9U);
}

TEST(Dinov3Vit, GradientsReachEveryParameterButTheMaskToken) {
  const auto vit = small_vit();
  torch::Tensor sum = torch::zeros({});
  for (const torch::Tensor& map :
       vit->feature_maps(test::uniform_tensor("x", {1, 3, 32, 48}, -1, 1), {0, 1}))
    sum = sum + (map * test::uniform_tensor("w", map.sizes().vec(), -1, 1)).sum();
  sum.backward();
  for (const auto& item : vit->named_parameters()) {
    const torch::Tensor gradient = item.value().grad();
    if (item.key() == "mask_token") {
      EXPECT_FALSE(gradient.defined());
    } else {
      ASSERT_TRUE(gradient.defined()) << item.key();
      EXPECT_GT(gradient.abs().max().item<double>(), 0) << item.key();
    }
  }
}

TEST(Dinov3Vit, WrongSizesAndTapsAreErrors) {
  const auto vit = small_vit();
  EXPECT_THROW(vit->feature_maps(torch::zeros({1, 3, 40, 32}), {1}), Error);
  EXPECT_THROW(vit->feature_maps(torch::zeros({1, 3, 0, 32}), {1}), Error);
  EXPECT_THROW(vit->feature_maps(torch::zeros({1, 3, 32, 32}), {2}), Error);
  EXPECT_THROW(vit->feature_maps(torch::zeros({1, 3, 32, 32}), {1, 0}), Error);
}

TEST(Dinov3Vit, DeployedItGivesTheSameMaps) {
  const auto vit = small_vit();
  vit->eval();
  test::expect_same_maps_deployed(*vit, test::uniform_tensor("x", {2, 3, 48, 80}, -1, 1), {0, 1});
  EXPECT_THROW(vit->feature_maps(torch::zeros({1, 3, 48, 80}, torch::kFloat64), {0}), Error);
  const auto whole = test::golden_backbone<Dinov3Vit>("dinov3/vitt16");
  test::expect_same_maps_deployed(
      *whole, test::uniform_tensor("x", {1, 3, 128, 160}, -1, 1), {3, 11});
}

}  // namespace
}  // namespace saker
