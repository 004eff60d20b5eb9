#include "train/sgd.hpp"

#include <gtest/gtest.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>

#include "saker/error.hpp"

namespace saker {
namespace {

ParameterGroup group_of(const torch::Tensor& parameter, double weight_decay) {
  return {.name = "params",
          .keys = {"weight"},
          .parameters = {parameter},
          .weight_decay = weight_decay,
          .lr_factor = 1.0};
}

// Two steps on one number, by hand: w = 1, g = 0.5 each time, lr 0.1, momentum 0.9, decay 0.1.
TEST(Sgd, FollowsTheFormula) {
  torch::Tensor w = torch::ones({1}).set_requires_grad(true);
  Sgd sgd({group_of(w, 0.1)}, {.momentum = 0.9});
  w.mutable_grad() = torch::full({1}, 0.5);
  sgd.step(0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 1.0F - 0.1F * 0.6F);  // v = 0.5 + 0.1 * 1
  w.mutable_grad() = torch::full({1}, 0.5);
  sgd.step(0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 0.94F - 0.1F * (0.9F * 0.6F + 0.5F + 0.1F * 0.94F));
}

TEST(Sgd, AgreesWithLibTorch) {
  torch::manual_seed(0);
  torch::Tensor ours = torch::randn({33, 7}).set_requires_grad(true);
  torch::Tensor theirs = ours.detach().clone().set_requires_grad(true);
  Sgd sgd({group_of(ours, 4e-5)}, {.momentum = 0.9});
  torch::optim::SGD reference({theirs},
                              torch::optim::SGDOptions(0.05).momentum(0.9).weight_decay(4e-5));
  for (int step = 0; step < 5; ++step) {
    const torch::Tensor gradient = torch::randn({33, 7});
    ours.mutable_grad() = gradient.clone();
    theirs.mutable_grad() = gradient.clone();
    sgd.step(0.05);
    reference.step();
  }
  EXPECT_TRUE(torch::allclose(ours, theirs, 1e-6, 1e-6));
}

TEST(Sgd, ParametersWithoutGradientStay) {
  torch::Tensor w = torch::ones({3}).set_requires_grad(true);
  Sgd sgd({group_of(w, 0.1)}, {});
  sgd.step(0.1);
  EXPECT_TRUE(torch::equal(w, torch::ones({3})));
  EXPECT_FALSE(sgd.velocities()[0].defined());
}

TEST(Sgd, TheGradientFactorActsBeforeTheDecay) {
  torch::Tensor w = torch::ones({1}).set_requires_grad(true);
  Sgd sgd({group_of(w, 0.1)}, {.momentum = 0.9});
  w.mutable_grad() = torch::full({1}, 5.0);
  sgd.step(0.1, 0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 1.0F - 0.1F * 0.6F);
}

TEST(Sgd, TheStateOfACheckpointIsTakenOver) {
  torch::Tensor w = torch::ones({3}).set_requires_grad(true);
  Sgd sgd({group_of(w, 0)}, {});
  w.mutable_grad() = torch::full({3}, 2.0);
  sgd.step(0.1);
  const PickleValue stored = sgd.to_checkpoint(0.1, 1);
  Sgd other({group_of(torch::zeros({3}), 0)}, {});
  other.restore(stored);
  EXPECT_TRUE(torch::equal(other.velocities()[0], torch::full({3}, 2.0)));
  Sgd of_another_shape({group_of(torch::zeros({4}), 0)}, {});
  EXPECT_THROW(of_another_shape.restore(stored), Error);
}

}  // namespace
}  // namespace saker
