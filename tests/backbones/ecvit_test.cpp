#include "backbones/ecvit.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "backbones/backbone_trace.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

std::shared_ptr<EcVit> small_ecvit() {
  BackboneConfig config = *find_backbone("edgecrafter/ecvitt");
  config.width = 16;
  config.depth = 2;
  config.heads = 2;
  auto vit = std::dynamic_pointer_cast<EcVit>(make_backbone(config, 3, 1));
  test::fill_module(*vit);
  return vit;
}

TEST(EcVit, StepsOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/trace/ecvitt.safetensors");
  const test::Trace trace(path);
  const auto vit = test::golden_backbone<EcVit>("edgecrafter/ecvitt", "backbone");
  const torch::NoGradGuard no_grad;
  const torch::Tensor patches = vit->patch_embedding()->forward(trace.image());
  trace.expect_step("patch_embed", patches);
  const RotaryTable table = vit->positions({8, 10});
  trace.expect_blocks([&](std::int64_t i) -> TransformerBlock& { return (*vit->blocks())[i]; },
                      12,
                      vit->tokens(patches),
                      &table);
}

TEST(EcVit, InitialValues) {
  const auto vit = make_backbone(*find_backbone("edgecrafter/ecvitt-notpretrained"), 3, 0);
  const StateDict state = collect_state_dict(*vit);
  EXPECT_NEAR(state.find("register_token")->std().item<double>(), 0.02, 5e-3);
  EXPECT_NEAR(state.find("blocks.3.attn.qkv.weight")->std().item<double>(), 0.02, 4e-4);
  EXPECT_TRUE(state.find("blocks.3.attn.qkv.bias")->eq(0).all().item<bool>());
  EXPECT_FALSE(state.contains_prefix("blocks.0.ls1"));
  const double bound = 1 / std::sqrt(96.0 * 9);
  for (const char* key : {"patch_embed.proj.weight", "patch_embed.proj.bias"}) {
    EXPECT_LE(state.find(key)->abs().max().item<double>(), bound) << key;
    EXPECT_NEAR(state.find(key)->std().item<double>(), bound / std::sqrt(3.0), bound * 0.1) << key;
  }
  EXPECT_LE(state.find("patch_embed.convs.0.conv.weight")->abs().max().item<double>(),
            1 / std::sqrt(27.0));
}

TEST(EcVit, GradientsReachEveryParameter) {
  const auto vit = small_ecvit();
  const torch::Tensor map =
      vit->feature_maps(test::uniform_tensor("x", {2, 3, 32, 48}, -1, 1), {1})[0];
  EXPECT_EQ(map.sizes().vec(), (std::vector<std::int64_t>{2, 16, 2, 3}));
  (map * test::uniform_tensor("w", map.sizes().vec(), -1, 1)).sum().backward();
  for (const auto& item : vit->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << item.key();
  }
}

TEST(EcVit, TrainingDrawsNothing) {
  const auto vit = small_ecvit();
  const torch::Tensor x = test::uniform_tensor("x", {2, 3, 32, 48}, -1, 1);
  const torch::Tensor first = vit->feature_maps(x, {1})[0];
  EXPECT_TRUE(torch::equal(vit->feature_maps(x, {1})[0], first));
}

TEST(EcVit, ChannelsAndSizesThatDoNotFitAreErrors) {
  try {
    make_backbone(*find_backbone("edgecrafter/ecvits"), 4, std::nullopt);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    EXPECT_NE(std::string(error.what()).find("not of 4"), std::string::npos) << error.what();
  }
  EXPECT_THROW(small_ecvit()->feature_maps(torch::zeros({1, 3, 40, 32}), {1}), Error);
}

TEST(EcVit, DeployedItGivesTheSameMaps) {
  const auto vit = small_ecvit();
  vit->eval();
  test::expect_same_maps_deployed(*vit, test::uniform_tensor("x", {2, 3, 48, 80}, -1, 1), {0, 1});
}

}  // namespace
}  // namespace saker
