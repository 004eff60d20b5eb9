#include "detectors/ltdetr/sine_positions.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

TEST(SinePositions, HandComputed) {
  // One frequency, 1. A map of 2 rows and 3 columns: token 5 has a = 5 / 2 = 2, b = 1.
  const torch::Tensor table = sine_positions(2, 3, 4, torch::kFloat32);
  ASSERT_EQ(table.sizes(), (c10::IntArrayRef{1, 6, 4}));
  const torch::Tensor expected =
      torch::tensor({std::sin(2.0F), std::cos(2.0F), std::sin(1.0F), std::cos(1.0F)});
  EXPECT_TRUE(torch::allclose(table[0][5], expected, 0, 1e-6));
}

TEST(SinePositions, EqualTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  golden.expect_near("aifi_pos.w6_h4_d32",
                     sine_positions(/*height=*/4, /*width=*/6, 32, torch::kFloat32),
                     {.absolute = 1e-5});
  golden.expect_near(
      "aifi_pos.w20_h20_d192.every37",
      sine_positions(20, 20, 192, torch::kFloat32).flatten().slice(0, 0, std::nullopt, 37),
      {.absolute = 1e-5});
}

}  // namespace
}  // namespace saker
