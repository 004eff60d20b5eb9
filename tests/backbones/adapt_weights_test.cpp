#include "backbones/adapt_weights.hpp"

#include <gtest/gtest.h>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

TEST(AdaptWeights, PatchSizesOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor weight = test::uniform_tensor("ckpt.patch", {2, 3, 16, 16}, -1, 1);
  for (const std::int64_t size : {8, 14, 24}) {
    const torch::Tensor expected = golden.full("load.patch_resample_16_to_" + std::to_string(size));
    const double largest = expected.abs().max().item<double>();
    EXPECT_TRUE(test::near(resample_patch_weight(weight, size), expected, {1e-3 * largest, 0}))
        << size;
  }
  EXPECT_EQ(resample_patch_weight(weight, 16).data_ptr(), weight.data_ptr());
}

// What the resampling is for: products with resized patches are the old products.
TEST(AdaptWeights, EnlargedPatchesKeepTheirProducts) {
  const torch::Tensor weight = test::uniform_tensor("w", {3, 2, 8, 8}, -1, 1);
  const torch::Tensor patch = test::uniform_tensor("patch", {1, 2, 8, 8}, -1, 1);
  const std::vector<std::int64_t> size = {12, 12};
  const torch::Tensor enlarged = at::_upsample_bicubic2d_aa(patch, size, false);
  const torch::Tensor before = torch::conv2d(patch, weight).flatten();
  const torch::Tensor after = torch::conv2d(enlarged, resample_patch_weight(weight, 12)).flatten();
  EXPECT_TRUE(test::near(after, before, {1e-4, 0}));
}

TEST(AdaptWeights, ChannelsOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor weight = test::uniform_tensor("ckpt.proj", {4, 3, 2, 2}, -1, 1);
  for (const std::int64_t channels : {1, 2, 4, 7}) {
    EXPECT_TRUE(test::near(adapt_input_channels(weight, channels),
                           golden.full("load.patch_channels_3_to_" + std::to_string(channels)),
                           {1e-5, 0}))
        << channels;
  }
}

TEST(AdaptWeights, PositionGridsOfTheReference) {
  SAKER_GOLDEN(ops, "ltdetr/ops.safetensors");
  const torch::Tensor grown =
      resize_position_grid(test::uniform_tensor("ckpt.pos_embed", {1, 257, 16}, -1, 1), 37);
  EXPECT_TRUE(test::near(grown.flatten().slice(0, 0, grown.numel(), 23),
                         test::GoldenTensors(ops).full("load.pos_embed_16_to_37.every23"),
                         {1e-5, 0}));
  SAKER_GOLDEN(path, "pretrain/vit.safetensors");
  const test::GoldenTensors golden(path);
  const auto stored = [](const char* name, std::int64_t count) {
    return test::uniform_tensor(std::string("pretrain/poshook/") + name, {1, count, 384}, -1, 1);
  };
  EXPECT_TRUE(test::near(resize_position_grid(stored("vits14-noreg-notpretrained", 257), 37)
                             .slice(1, 0, 1370, 7)
                             .slice(2, 0, 384, 24),
                         golden.full("poshook.257to1370"),
                         {2e-6, 0}));
  EXPECT_TRUE(
      test::near(resize_position_grid(stored("vits14-noreg", 1370), 16).slice(2, 0, 384, 24),
                 golden.full("poshook.1370to257"),
                 {2e-6, 0}));
  const torch::Tensor not_square = torch::zeros({1, 12, 4});
  EXPECT_EQ(resize_position_grid(not_square, 5).data_ptr(), not_square.data_ptr());
}

// Weights of one DINOv2 model in another grid and channel count; loading them is the proof.
TEST(AdaptWeights, Dinov2FileIntoAnotherModel) {
  BackboneConfig config = *find_backbone("dinov2/_vittest14");
  const auto from = make_backbone(config, 3, 1);
  config.position_grid = 9;
  const auto to = make_backbone(config, 5, std::nullopt);
  const StateDict prefixed = collect_state_dict(*from).with_prefix("backbone.x.");
  const StateDict adapted = adapt_backbone_weights(prefixed, *to, "backbone.x.");
  EXPECT_EQ(adapted.entries().front().first, "backbone.x.cls_token");
  load_state_dict(*to, adapted.below("backbone.x."));
  const torch::Tensor own = *collect_state_dict(*to).find("patch_embed.proj.weight");
  EXPECT_TRUE(torch::equal(own.select(1, 4), own.select(1, 1)));
}

TEST(AdaptWeights, Dinov3FileIntoAnotherPatchSize) {
  BackboneConfig config = *find_backbone("dinov3/vitt16");
  config.width = 8;
  config.depth = 1;
  config.heads = 1;
  const auto from = make_backbone(config, 3, 1);
  const auto to = make_backbone(with_patch_size(config, 14), 1, std::nullopt);
  StateDict weights = collect_state_dict(*from);
  weights.add("projectors.heads.dinov3radio.weight", torch::zeros({2}));
  load_state_dict(*to, adapt_backbone_weights(weights, *to));
  // DINOv2 has no such rule: loading tells of the shape.
  BackboneConfig other = *find_backbone("dinov2/_vittest14");
  const auto dinov2 = make_backbone(with_patch_size(other, 16), 3, std::nullopt);
  const StateDict unfit = collect_state_dict(*make_backbone(other, 3, 1));
  EXPECT_THROW(load_state_dict(*dinov2, adapt_backbone_weights(unfit, *dinov2)), Error);
}

}  // namespace
}  // namespace saker
