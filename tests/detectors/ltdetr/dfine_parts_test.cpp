// The parts of D-FINE's decoder against golden vectors and by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "detectors/ltdetr/distance_integral.hpp"
#include "detectors/ltdetr/gate.hpp"
#include "detectors/ltdetr/location_quality.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

TEST(Gate, EqualsTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  Gate gate(16);
  test::fill_module(*gate);
  golden.expect_near("dfine.gate",
                     gate->forward(test::uniform_tensor("gate.a", {2, 5, 16}, -1, 1),
                                   test::uniform_tensor("gate.b", {2, 5, 16}, -1, 1)),
                     {.absolute = 1e-5});
}

TEST(LocationQuality, EqualsTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  LocationQuality quality;
  test::fill_module(*quality);
  golden.expect_near("dfine.lqe",
                     quality->forward(test::uniform_tensor("dfine.scores", {1, 9, 5}, -3, 3),
                                      test::uniform_tensor("dfine.corners", {1, 9, 132}, -4, 4)),
                     {.absolute = 1e-5});
}

TEST(DistanceIntegral, EqualsTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  golden.expect_near("dfine.integral",
                     integrate_distances(test::uniform_tensor("dfine.corners", {1, 9, 132}, -4, 4),
                                         golden.full("dfine.weighting.up0.5_scale4.0")),
                     {.absolute = 1e-5});
}

TEST(DistanceIntegral, IsTheMeanPosition) {
  const torch::Tensor bins = torch::tensor({-2.0F, 0.0F, 4.0F});
  torch::Tensor corners = torch::zeros({1, 12});
  corners[0][3] = 100;             // top: all on the first bin
  corners[0][8] = std::log(2.0F);  // right: 1/4, 1/4, 1/2
  const torch::Tensor expected = torch::tensor({2.0F / 3, -2.0F, 1.5F, 2.0F / 3});
  EXPECT_TRUE(torch::allclose(integrate_distances(corners, bins)[0], expected, 0, 1e-6));
}

}  // namespace
}  // namespace saker
