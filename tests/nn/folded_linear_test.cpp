#include "nn/folded_linear.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "nn/linear_unit.hpp"
#include "nn/relu_mlp.hpp"

namespace saker {
namespace {

TEST(FoldedLinear, EqualsLinearAndActivation) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  for (const Activation activation :
       {Activation::kNone, Activation::kRelu, Activation::kSilu, Activation::kGelu}) {
    for (const bool with_bias : {false, true}) {
      torch::Tensor weight = torch::randn({7, 12});
      const torch::Tensor bias = with_bias ? torch::randn({7}) : torch::Tensor();
      const FoldedLinear folded(weight, bias, activation);
      for (const auto& shape : std::vector<std::vector<std::int64_t>>{{12}, {3, 12}, {2, 5, 12}}) {
        const torch::Tensor x = torch::randn(shape);
        const torch::Tensor expected = activate(torch::linear(x, weight, bias), activation);
        EXPECT_TRUE(torch::allclose(folded(x), expected, 1e-4, 1e-5));
      }
      // A view with other strides.
      const torch::Tensor slice = torch::randn({2, 5, 30}).narrow(2, 3, 12);
      EXPECT_TRUE(torch::allclose(
          folded(slice), activate(torch::linear(slice, weight, bias), activation), 1e-4, 1e-5));
      const torch::Tensor x = torch::randn({2, 12}), before = folded(x);
      weight.zero_();
      EXPECT_TRUE(torch::equal(folded(x), before));
    }
  }
}

TEST(LinearUnit, FoldsAndGivesItsParametersUp) {
  torch::manual_seed(2);
  const torch::NoGradGuard no_grad;
  LinearUnit unit(5, 6, Activation::kRelu);
  for (torch::Tensor& parameter : unit->parameters()) parameter.normal_();
  const torch::Tensor x = torch::randn({3, 5}), expected = unit->forward(x);
  EXPECT_TRUE(torch::equal(expected, torch::linear(x, unit->weight, unit->bias).relu()));
  unit->fold();
  EXPECT_TRUE(torch::allclose(unit->forward(x), expected, 1e-5, 1e-5));
  EXPECT_TRUE(unit->parameters().empty());
}

TEST(ReluMlp, IsLayersWithReluBetween) {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  ReluMlp mlp(4, 8, 3, 3);
  const auto keys = mlp->named_parameters().keys();
  EXPECT_EQ(keys,
            (std::vector<std::string>{"layers.0.weight",
                                      "layers.0.bias",
                                      "layers.1.weight",
                                      "layers.1.bias",
                                      "layers.2.weight",
                                      "layers.2.bias"}));
  const auto p = mlp->parameters();
  for (torch::Tensor parameter : p) parameter.normal_();
  const torch::Tensor x = torch::randn({2, 4});
  const torch::Tensor expected = torch::linear(
      torch::linear(torch::linear(x, p[0], p[1]).relu(), p[2], p[3]).relu(), p[4], p[5]);
  EXPECT_TRUE(torch::allclose(mlp->forward(x), expected, 1e-5, 1e-5));
  mlp->fold();
  EXPECT_TRUE(torch::allclose(mlp->forward(x), expected, 1e-5, 1e-5));
}

}  // namespace
}  // namespace saker
