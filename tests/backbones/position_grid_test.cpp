#include "backbones/position_grid.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr PositionResampling kNoRegisters = {.offset = 0.1, .antialias = false};
constexpr PositionResampling kRegisters = {.offset = 0, .antialias = true};

TEST(PositionGrid, InterpolationsOfTheReference) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor stored = test::uniform_tensor("pos_embed", {1, 1370, 16}, -1, 1);
  for (const bool registers : {false, true}) {
    for (const auto& [height, width] :
         std::vector<std::pair<int, int>>{{644, 644}, {224, 280}, {518, 518}, {700, 560}}) {
      const torch::Tensor positions = resample_positions(
          stored, {height / 14, width / 14}, registers ? kRegisters : kNoRegisters);
      const std::string key = std::string("dinov2_pos.") + (registers ? "reg." : "noreg.") +
                              std::to_string(height) + "x" + std::to_string(width);
      const torch::Tensor flat = positions.flatten();
      EXPECT_TRUE(test::near(
          flat.slice(0, 0, flat.numel(), height == 224 ? 1 : 23), golden.full(key), {1e-5, 0}))
          << key;
    }
  }
}

TEST(PositionGrid, InterpolationsOfPretrainingViews) {
  SAKER_GOLDEN(path, "pretrain/vit.safetensors");
  const test::GoldenTensors golden(path);
  for (const bool registers : {false, true}) {
    const std::string tag = registers ? "reg4" : "noreg";
    const torch::Tensor stored = test::uniform_tensor("pretrain/pos/" + tag, {1, 1370, 384}, -1, 1);
    for (const auto& [height, width] : std::vector<std::pair<int, int>>{
             {224, 224}, {98, 98}, {168, 280}, {518, 518}, {644, 644}}) {
      const torch::Tensor positions = resample_positions(
          stored, {height / 14, width / 14}, registers ? kRegisters : kNoRegisters);
      const std::string key =
          "pos." + tag + "." + std::to_string(height) + "x" + std::to_string(width);
      EXPECT_TRUE(test::near(
          positions.slice(1, 0, positions.size(1), height < 500 ? 3 : 23).slice(2, 0, 384, 24),
          golden.full(key),
          {2e-6, 0}))
          << key;
    }
  }
}

TEST(PositionGrid, TheOwnGridIsLeftAlone) {
  const torch::Tensor stored = torch::randn({1, 17, 3});
  EXPECT_EQ(resample_positions(stored, {4, 4}, kNoRegisters).data_ptr(), stored.data_ptr());
  // As many patches, but not square.
  const torch::Tensor wide = resample_positions(stored, {2, 8}, kNoRegisters);
  EXPECT_EQ(wide.sizes().vec(), (std::vector<std::int64_t>{1, 17, 3}));
  EXPECT_FALSE(torch::equal(wide, stored));
  EXPECT_TRUE(torch::equal(wide.narrow(1, 0, 1), stored.narrow(1, 0, 1)));
}

TEST(PositionGrid, GradientsReachEveryPosition) {
  const torch::Tensor stored = torch::randn({1, 17, 2}).requires_grad_();
  for (const PositionResampling& resampling : {kNoRegisters, kRegisters}) {
    const torch::Tensor sum = resample_positions(stored, {6, 5}, resampling).square().sum();
    const torch::Tensor gradient = torch::autograd::grad({sum}, {stored})[0];
    EXPECT_TRUE(gradient.ne(0).all().item<bool>());
  }
}

}  // namespace
}  // namespace saker
