#include "detectors/known_gradient.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(KnownGradient, GivesValueAndGradient) {
  const torch::Tensor a = torch::zeros({2, 3}).requires_grad_();
  const torch::Tensor b = torch::zeros({4}).requires_grad_();
  const torch::Tensor by_a = torch::arange(6, torch::kFloat).reshape({2, 3});
  const torch::Tensor loss = with_known_gradient(2.5, {a, b}, {by_a, torch::full({4}, 3.0F)});
  EXPECT_EQ(loss.item<float>(), 2.5F);
  EXPECT_EQ(loss.dim(), 0);
  loss.backward();
  EXPECT_TRUE(torch::equal(a.grad(), by_a));
  EXPECT_TRUE(torch::equal(b.grad(), torch::full({4}, 3.0F)));
}

TEST(KnownGradient, ScalesByTheIncomingFactorAndRunsAgain) {
  const torch::Tensor x = torch::zeros({3}).requires_grad_();
  const torch::Tensor loss = with_known_gradient(1, {x}, {torch::ones({3})});
  const torch::Tensor scaled = loss / 4;
  scaled.backward({}, /*retain_graph=*/true);
  EXPECT_TRUE(torch::equal(x.grad(), torch::full({3}, 0.25F)));
  scaled.backward();
  EXPECT_TRUE(torch::equal(x.grad(), torch::full({3}, 0.5F)));
}

TEST(KnownGradient, ReachesThroughInputsThatWereComputed) {
  const torch::Tensor x = torch::ones({3}).requires_grad_();
  const torch::Tensor frozen = torch::ones({2});
  with_known_gradient(1, {x * 2, frozen}, {torch::ones({3}), torch::ones({2})}).backward();
  EXPECT_TRUE(torch::equal(x.grad(), torch::full({3}, 2.0F)));
  EXPECT_FALSE(frozen.grad().defined());
}

}  // namespace
}  // namespace saker
