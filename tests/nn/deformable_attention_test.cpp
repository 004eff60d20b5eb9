#include "nn/deformable_attention.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <limits>
#include <vector>

#include "gradient_check.hpp"
#include "saker/error.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

struct Case {
  std::vector<SampledLevel> levels;
  torch::Tensor value, locations, weights;

  torch::Tensor own() const { return deformable_attention(value, levels, locations, weights); }
  torch::Tensor composed() const {
    return deformable_attention_by_grid_sample(value, levels, locations, weights);
  }
};

// Locations reach outside of the maps on every side.
Case random_case(std::int64_t batch,
                 std::int64_t queries,
                 std::int64_t heads,
                 std::int64_t channels,
                 const std::vector<std::int64_t>& points = {3, 6, 3}) {
  const std::vector<std::array<std::int64_t, 2>> sizes = {{7, 9}, {4, 5}, {2, 1}};
  std::int64_t tokens = 0, all_points = 0;
  for (const auto& [height, width] : sizes) tokens += height * width;
  for (const std::int64_t count : points) all_points += count;
  return {
      .levels = sampled_levels(sizes, points),
      .value = torch::randn({batch, tokens, heads, channels}).requires_grad_(),
      .locations =
          (torch::rand({batch, queries, heads, all_points, 2}) * 1.8 - 0.4).requires_grad_(),
      .weights =
          torch::randn({batch, queries, heads, all_points}).softmax(3).detach().requires_grad_()};
}

TEST(DeformableAttention, HandComputed) {
  // One 2 x 2 map with 1, 2 above 3, 4 and one point a query.
  const auto levels = sampled_levels({{2, 2}}, {1});
  const torch::Tensor value = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 4, 1, 1});
  const torch::Tensor locations =
      torch::tensor({0.25F, 0.25F, 0.75F, 0.25F, 0.5F, 0.5F, 0.0F, 0.25F, 1.0F, 1.0F, 2.0F, 0.5F})
          .view({1, 6, 1, 1, 2});
  const torch::Tensor weights = torch::full({1, 6, 1, 1}, 2.0F);
  // The centre of a pixel, of another, of the map, the map's edge (half of it is outside), its
  // corner, far outside.
  const torch::Tensor expected =
      torch::tensor({2.0F, 4.0F, 5.0F, 1.0F, 2.0F, 0.0F}).view({1, 6, 1});
  EXPECT_TRUE(torch::equal(deformable_attention(value, levels, locations, weights), expected));
}

TEST(DeformableAttention, EqualsTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const Case c{
      .levels = sampled_levels({{20, 24}, {10, 12}, {5, 6}}, {3, 6, 3}),
      .value = test::uniform_tensor("msda.value", {2, 630, 4, 8}, -1, 1).requires_grad_(),
      .locations =
          test::uniform_tensor("msda.locations", {2, 7, 4, 12, 2}, -0.15, 1.15).requires_grad_(),
      .weights =
          test::uniform_tensor("msda.weights", {2, 7, 4, 12}, -2, 2).softmax(3).requires_grad_()};
  for (const torch::Tensor& output : {c.own(), c.composed()}) {
    const auto gradients =
        torch::autograd::grad({output},
                              {c.locations, c.weights, c.value},
                              {test::uniform_tensor("msda.grad", {2, 7, 32}, -1, 1)});
    golden.expect_near("msda.out", output, {.absolute = 1e-5});
    golden.expect_near("msda.grad_locations", gradients[0], {.absolute = 1e-4});
    golden.expect_near("msda.grad_weights", gradients[1], {.absolute = 1e-4});
    golden.expect_near("msda.grad_value", gradients[2], {.absolute = 1e-4});
  }
}

TEST(DeformableAttention, SamplesAsGridSampleDoes) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  // The golden's image and grid, as one head of three channels and 20 queries.
  const torch::Tensor image = test::uniform_tensor("msda.im", {1, 3, 6, 5}, -1, 1);
  const torch::Tensor grid = test::uniform_tensor("msda.grid", {1, 5, 4, 2}, -1.2, 1.2);
  const torch::Tensor sampled = deformable_attention(image.flatten(2).transpose(1, 2).unsqueeze(2),
                                                     sampled_levels({{6, 5}}, {1}),
                                                     ((grid + 1) / 2).reshape({1, 20, 1, 1, 2}),
                                                     torch::ones({1, 20, 1, 1}));
  golden.expect_near(
      "grid_sample", sampled.transpose(1, 2).reshape({1, 3, 5, 4}), {.absolute = 1e-5});
}

TEST(DeformableAttention, EqualsTheCompositionForAllWidths) {
  torch::manual_seed(1);
  for (const std::int64_t channels : {1, 3, 8, 24, 28, 32, 70}) {
    SCOPED_TRACE(channels);
    const Case c = random_case(2, 5, 3, channels);
    const torch::Tensor own = c.own(), composed = c.composed();
    EXPECT_TRUE(torch::allclose(own, composed, 1e-5, 1e-5));
    const torch::Tensor gradient = torch::randn(own.sizes());
    const auto actual = torch::autograd::grad({own}, {c.value, c.locations, c.weights}, {gradient});
    const auto expected =
        torch::autograd::grad({composed}, {c.value, c.locations, c.weights}, {gradient});
    for (std::size_t i = 0; i < actual.size(); ++i)
      EXPECT_TRUE(torch::allclose(actual[i], expected[i], 1e-4, 1e-4)) << i;
  }
}

TEST(DeformableAttention, MorePointsThanTheKernelHoldsAtOnce) {
  torch::manual_seed(2);
  const Case c = random_case(1, 4, 2, 8, {30, 7, 13});
  EXPECT_TRUE(torch::allclose(c.own(), c.composed(), 1e-5, 1e-5));
}

TEST(DeformableAttention, GradientsAgreeWithFiniteDifferences) {
  torch::manual_seed(3);
  const auto levels = sampled_levels({{4, 5}, {2, 3}}, {2, 1});
  // In pixels of each level, away from the grid's lines, where the derivative jumps: inside, across
  // the left and the lower edge, beyond all edges.
  const torch::Tensor pixels =
      torch::tensor({1.3F, 2.4F, -0.6F, 0.7F, 1.5F, 0.4F, 3.6F, 3.7F, -2.5F, 1.5F, 2.3F, 5.5F})
          .view({1, 2, 1, 3, 2});
  const torch::Tensor sizes =
      torch::tensor({5.0F, 4.0F, 5.0F, 4.0F, 3.0F, 2.0F}).view({1, 1, 1, 3, 2});
  const torch::Tensor value = torch::randn({1, 26, 1, 3}).requires_grad_();
  const torch::Tensor locations = ((pixels + 0.5) / sizes).detach().requires_grad_();
  const torch::Tensor weights = torch::randn({1, 2, 1, 3}).requires_grad_();
  const torch::Tensor mixer = torch::randn({1, 2, 3});
  test::expect_gradients_agree(
      [&] { return (deformable_attention(value, levels, locations, weights) * mixer).sum(); },
      {value, locations, weights},
      2e-3,
      1e-2);
}

TEST(DeformableAttention, SameBitsForAnyNumberOfThreads) {
  torch::manual_seed(4);
  const Case c = random_case(2, 300, 4, 24);
  std::vector<torch::Tensor> first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor output = c.own();
    auto results =
        torch::autograd::grad({output.square().sum()}, {c.value, c.locations, c.weights});
    results.push_back(output.detach());
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i)
      EXPECT_TRUE(torch::equal(results[i], first[i])) << i;
  }
}

TEST(DeformableAttention, PermutedQueriesGivePermutedResults) {
  torch::manual_seed(5);
  const Case c = random_case(1, 6, 2, 8);
  const torch::Tensor order = torch::tensor({3, 1, 5, 0, 2, 4});
  const torch::Tensor permuted = deformable_attention(
      c.value, c.levels, c.locations.index_select(1, order), c.weights.index_select(1, order));
  EXPECT_TRUE(torch::equal(permuted, c.own().index_select(1, order)));
}

TEST(DeformableAttention, LocationsThatAreNoNumbersReadNothing) {
  torch::manual_seed(6);
  Case c = random_case(1, 1, 1, 8, {1, 0, 0});
  for (const float place :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e30F}) {
    c.locations = torch::full({1, 1, 1, 1, 2}, place);
    EXPECT_TRUE(c.own().eq(0).all().item<bool>()) << place;
  }
}

TEST(DeformableAttention, LowerPrecisionIsComputedInFloat32) {
  torch::manual_seed(7);
  const Case c = random_case(1, 5, 2, 8);
  const torch::Tensor value = c.value.detach().to(torch::kBFloat16);
  const torch::Tensor result = deformable_attention(value, c.levels, c.locations, c.weights);
  EXPECT_EQ(result.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(
      torch::equal(result,
                   deformable_attention(value.to(torch::kFloat32), c.levels, c.locations, c.weights)
                       .to(torch::kBFloat16)));
}

TEST(DeformableAttention, TokenSumsProjectedAreTheAttention) {
  torch::manual_seed(8);
  const std::int64_t heads = 2, width = 24;
  const Case c = random_case(2, 5, heads, width / heads);
  const torch::NoGradGuard no_grad;
  const torch::Tensor memory = torch::randn({2, c.value.size(1), width});
  const torch::Tensor weight = torch::randn({width, width}), bias = torch::randn({width});
  const torch::Tensor value =
      torch::linear(memory, weight, bias).unflatten(2, {heads, width / heads});
  const torch::Tensor expected = deformable_attention(value, c.levels, c.locations, c.weights);
  const TokenSums sums = deformable_token_sums(memory, c.levels, c.locations, c.weights);
  const torch::Tensor projected =
      torch::einsum("bqmd,mcd->bqmc", {sums.tokens, weight.view({heads, -1, width})}) +
      sums.coverage.unsqueeze(3) * bias.view({heads, -1});
  EXPECT_TRUE(torch::allclose(projected.flatten(2), expected, 1e-4, 1e-4));
}

TEST(DeformableAttention, RefusesShapesThatDoNotFit) {
  const Case c = random_case(1, 2, 2, 8);
  EXPECT_THROW(deformable_attention(c.value.narrow(1, 0, 10), c.levels, c.locations, c.weights),
               Error);
  EXPECT_THROW(deformable_attention(c.value, c.levels, c.locations.narrow(3, 0, 11), c.weights),
               Error);
  EXPECT_THROW(deformable_attention(c.value, c.levels, c.locations, c.weights.narrow(1, 0, 1)),
               Error);
}

}  // namespace
}  // namespace saker
