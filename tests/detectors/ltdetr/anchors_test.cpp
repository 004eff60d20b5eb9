#include "detectors/ltdetr/anchors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

using Sizes = std::vector<std::array<std::int64_t, 2>>;

TEST(Anchors, HandComputed) {
  const Anchors anchors = make_anchors({{1, 2}, {1, 1}}, torch::kFloat32);
  const torch::Tensor boxes = anchors.logits.sigmoid();
  const torch::Tensor expected =
      torch::tensor({0.25F, 0.5F, 0.05F, 0.05F, 0.75F, 0.5F, 0.05F, 0.05F, 0.5F, 0.5F, 0.1F, 0.1F});
  EXPECT_TRUE(torch::allclose(boxes.flatten(), expected, 0, 1e-6));
  EXPECT_EQ(anchors.invalid.numel(), 0);
}

TEST(Anchors, CentresTooNearToTheBorderAreInvalid) {
  // The first of 60 columns is centred at 0.0083, the second at 0.025.
  const Anchors anchors = make_anchors({{1, 60}}, torch::kFloat32);
  EXPECT_TRUE(torch::equal(anchors.invalid, torch::tensor({0, 59})));
  EXPECT_TRUE(anchors.logits[0].isposinf().all().item<bool>());
  EXPECT_TRUE(anchors.logits[1].isfinite().all().item<bool>());
}

TEST(Anchors, EqualTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const std::map<std::string, Sizes> cases = {{"640", {{80, 80}, {40, 40}, {20, 20}}},
                                              {"644s14", {{46, 46}, {46, 46}, {46, 46}}},
                                              {"644", {{92, 92}, {46, 46}, {23, 23}}},
                                              {"256x320", {{32, 40}, {16, 20}, {8, 10}}}};
  for (const auto& [tag, sizes] : cases) {
    const std::string prefix = "anchors." + tag + ".";
    const Anchors anchors = make_anchors(sizes, torch::kFloat32);
    const torch::Tensor counts = golden.full(prefix + "valid_count");
    EXPECT_EQ(anchors.logits.size(0), counts[0].item<std::int64_t>()) << tag;
    EXPECT_EQ(anchors.logits.size(0) - anchors.invalid.numel(), counts[1].item<std::int64_t>())
        << tag;
    EXPECT_TRUE(torch::equal(anchors.invalid, golden.full(prefix + "invalid_index"))) << tag;
    const torch::Tensor expected = golden.full(prefix + "every101");
    const torch::Tensor actual = anchors.logits.slice(0, 0, std::nullopt, 101);
    EXPECT_TRUE(torch::equal(actual.isposinf(), expected.isposinf())) << tag;
    EXPECT_TRUE(test::near(actual.nan_to_num(0, 0), expected.nan_to_num(0, 0), {.absolute = 1e-5}))
        << tag;
  }
}

}  // namespace
}  // namespace saker
