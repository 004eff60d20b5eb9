#include "detectors/ltdetr/deformable_cross_attention.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "detectors/ltdetr/decoder_initialization.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

DeformableCrossAttention filled(bool projected) {
  DeformableCrossAttention attention(DeformableCrossAttentionOptions{
      .width = 32, .heads = 4, .points = {3, 6, 3}, .projected = projected});
  test::fill_module(*attention);
  return attention;
}

struct Inputs {
  torch::Tensor query = test::uniform_tensor("msdam.query", {2, 7, 32}, -1, 1);
  torch::Tensor boxes = test::uniform_tensor("msdam.ref", {2, 7, 1, 4}, 0.2, 0.8).squeeze(2);
  TokenMemory memory = {.tokens = test::uniform_tensor("msdam.value", {2, 630, 32}, -1, 1),
                        .sizes_hw = {{20, 24}, {10, 12}, {5, 6}}};
};

TEST(DeformableCrossAttention, EqualsTheGoldenVectorsInBothForms) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const torch::NoGradGuard no_grad;
  const Inputs in;
  for (const bool projected : {true, false}) {
    DeformableCrossAttention attention = filled(projected);
    const std::string key = projected ? "msda_module.rtdetrv2" : "msda_module.dfine";
    golden.expect_near(key, attention->forward(in.query, in.boxes, in.memory), {.absolute = 1e-5});
    attention->fold();
    golden.expect_near(key, attention->forward(in.query, in.boxes, in.memory), {.absolute = 1e-5});
    EXPECT_TRUE(attention->parameters().empty());
  }
}

TEST(DeformableCrossAttention, FirstOffsetsEqualTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  golden.expect_near(
      "msda_module.init_offset_bias", initial_offsets(8, {3, 6, 3}), {.absolute = 1e-5});
}

TEST(DeformableCrossAttention, FirstOffsetsByHand) {
  // Heads look right, down, left, up.
  const torch::Tensor offsets = initial_offsets(4, {1, 2, 0}).view({4, 3, 2});
  const torch::Tensor expected =
      torch::tensor({1.0F, 0.0F, 1.0F, 0.0F, 2.0F, 0.0F, 0.0F, 1.0F, 0.0F, 1.0F, 0.0F, 2.0F})
          .view({2, 3, 2});
  EXPECT_TRUE(torch::allclose(offsets.narrow(0, 0, 2), expected, 0, 1e-6));
  EXPECT_TRUE(torch::allclose(offsets.narrow(0, 2, 2), -expected, 0, 1e-6));
}

}  // namespace
}  // namespace saker
