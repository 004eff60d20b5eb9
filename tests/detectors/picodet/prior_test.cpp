#include "detectors/picodet/prior.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"

namespace saker {
namespace {

TEST(Prior, Counts) {
  EXPECT_EQ(picodet_priors({416, 416}).size(), 3598U);
  EXPECT_EQ(picodet_priors({640, 640}).size(), 8500U);
  EXPECT_EQ(picodet_priors({200, 152}).size(), 25U * 19 + 13 * 10 + 7 * 5 + 4 * 3);
}

TEST(Prior, Golden) {
  SAKER_GOLDEN(path, "picodet/assigners.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto expected = golden.at("priors").as<float>();
  const std::vector<Prior> priors = picodet_priors({160, 160});
  ASSERT_EQ(priors.size() * 4, expected.size());
  for (std::size_t i = 0; i < priors.size(); ++i) {
    EXPECT_EQ(priors[i].x, expected[4 * i]);
    EXPECT_EQ(priors[i].y, expected[4 * i + 1]);
    EXPECT_EQ(priors[i].stride, expected[4 * i + 2]);
  }
}

}  // namespace
}  // namespace saker
