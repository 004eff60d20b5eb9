#include "backbones/dinov3_convnext.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "backbones/backbone_trace.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

std::shared_ptr<Dinov3ConvNext> small_convnext(std::int64_t channels = 3) {
  BackboneConfig config = *find_backbone("dinov3/convnext-tiny");
  config.stage_widths = {4, 8, 12, 16};
  config.stage_depths = {1, 1, 2, 1};
  auto net = std::dynamic_pointer_cast<Dinov3ConvNext>(make_backbone(config, channels, 1));
  test::fill_module(*net);
  return net;
}

TEST(Dinov3ConvNext, StepsOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/trace/convnext-tiny.safetensors");
  const test::Trace trace(path);
  const auto net = test::golden_backbone<Dinov3ConvNext>("dinov3/convnext-tiny");
  const torch::NoGradGuard no_grad;
  torch::Tensor x = trace.image().contiguous(at::MemoryFormat::ChannelsLast);
  const std::size_t depths[] = {3, 3, 9, 3};
  for (std::size_t s = 0; s < 4; ++s) {
    x = net->downsample(s, x);
    trace.expect_step("downsample" + std::to_string(s), x);
    if (s == 0) {
      ConvNextBlock& block = net->blocks(0)[0];
      const torch::Tensor convolved = block->dwconv->forward(x);
      trace.expect_step("stage0.block0.dwconv", convolved);
      const torch::Tensor normed = block->norm->forward_pixels(convolved.permute({0, 2, 3, 1}));
      trace.expect_step("stage0.block0.norm", normed);
      const torch::Tensor wide = block->pwconv1->forward(normed);
      trace.expect_step("stage0.block0.pwconv1", wide);
      trace.expect_step("stage0.block0.act", torch::gelu(wide));
      trace.expect_step("stage0.block0.pwconv2", block->pwconv2->forward(torch::gelu(wide)));
    }
    for (std::size_t i = 0; i < depths[s]; ++i) x = net->blocks(s)[i]->forward(x);
    trace.expect_step("stage" + std::to_string(s), x);
  }
  trace.expect_step("out.2", net->final_norm()->forward(x));
  const std::vector<torch::Tensor> maps = net->feature_maps(trace.image(), {1, 2, 3});
  for (std::size_t i = 0; i < maps.size(); ++i)
    trace.expect_step("out." + std::to_string(i), maps[i]);
}

TEST(Dinov3ConvNext, TheFinalNormHasTwoNamesAndIsTrainedOnce) {
  const auto net = small_convnext();
  const StateDict state = collect_state_dict(*net);
  EXPECT_EQ(state.entries().back().first, "norms.3.bias");
  EXPECT_EQ(state.find("norms.3.weight")->data_ptr(), state.find("norm.weight")->data_ptr());
  std::size_t named = 0;
  for (const auto& item : net->named_parameters()) named += item.key().starts_with("norm") ? 1 : 0;
  EXPECT_EQ(named, 2U);
  StateDict loaded;
  for (const auto& [key, tensor] : state) loaded.add(key, torch::full_like(tensor, 0.5));
  load_state_dict(*net, loaded);
  EXPECT_TRUE(net->named_parameters()["norm.weight"].eq(0.5).all().item<bool>());
}

TEST(Dinov3ConvNext, InitialValues) {
  const auto net = make_backbone(*find_backbone("dinov3/convnext-tiny-notpretrained"), 3, 0);
  const StateDict state = collect_state_dict(*net);
  for (const char* key : {"downsample_layers.0.0.weight",
                          "downsample_layers.3.1.weight",
                          "stages.1.2.dwconv.weight",
                          "stages.2.8.pwconv2.weight"}) {
    EXPECT_NEAR(state.find(key)->std().item<double>(), 0.02, 5e-4) << key;
  }
  for (const char* key :
       {"downsample_layers.0.0.bias", "stages.0.0.dwconv.bias", "stages.3.1.norm.bias"})
    EXPECT_TRUE(state.find(key)->eq(0).all().item<bool>()) << key;
  EXPECT_TRUE(state.find("stages.3.2.gamma")->eq(1e-6F).all().item<bool>());
  EXPECT_TRUE(state.find("norms.3.weight")->eq(1).all().item<bool>());
}

TEST(Dinov3ConvNext, GradientsReachEveryParameter) {
  const auto net = small_convnext();
  torch::Tensor sum = torch::zeros({});
  for (const torch::Tensor& map :
       net->feature_maps(test::uniform_tensor("x", {1, 3, 64, 32}, -1, 1), {1, 2, 3}))
    sum = sum + (map * test::uniform_tensor("w", map.sizes().vec(), -1, 1)).sum();
  sum.backward();
  for (const auto& item : net->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << item.key();
  }
}

TEST(Dinov3ConvNext, OtherChannelsSizesAndErrors) {
  const auto net = small_convnext(4);
  net->eval();
  const std::vector<torch::Tensor> maps =
      net->feature_maps(test::uniform_tensor("x", {2, 4, 64, 96}, -1, 1), {1, 3});
  EXPECT_EQ(maps[0].sizes().vec(), (std::vector<std::int64_t>{2, 8, 8, 12}));
  EXPECT_EQ(maps[1].sizes().vec(), (std::vector<std::int64_t>{2, 16, 2, 3}));
  EXPECT_THROW(net->feature_maps(torch::zeros({1, 4, 272, 96}), {1}), Error);
  EXPECT_THROW(net->feature_maps(torch::zeros({1, 4, 64, 96}), {4}), Error);
}

TEST(Dinov3ConvNext, DeployedItGivesTheSameMaps) {
  const auto net = small_convnext();
  net->eval();
  test::expect_same_maps_deployed(
      *net, test::uniform_tensor("x", {2, 3, 256, 320}, -1, 1), {0, 1, 2, 3});
  const auto whole = test::golden_backbone<Dinov3ConvNext>("dinov3/convnext-tiny");
  test::expect_same_maps_deployed(
      *whole, test::uniform_tensor("x", {1, 3, 128, 160}, -1, 1), {1, 2, 3});
}

}  // namespace
}  // namespace saker
