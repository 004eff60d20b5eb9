#include "nn/float32_island.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace saker {
namespace {

TEST(Float32Island, SwitchesAutocastOffWithinItsScope) {
  const torch::Tensor x = torch::randn({4, 4});
  const auto type = [&] { return torch::mm(x, x).scalar_type(); };
  at::autocast::set_autocast_enabled(at::kCPU, true);
  EXPECT_EQ(type(), torch::kBFloat16);
  {
    const Float32Island island;
    EXPECT_EQ(type(), torch::kFloat32);
    {
      const Float32Island inner;
      EXPECT_EQ(type(), torch::kFloat32);
    }
    EXPECT_EQ(type(), torch::kFloat32);
  }
  EXPECT_EQ(type(), torch::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  { const Float32Island island; }
  EXPECT_EQ(type(), torch::kFloat32);
}

}  // namespace
}  // namespace saker
