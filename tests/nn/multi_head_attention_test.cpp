#include "nn/multi_head_attention.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

#include "gradient_check.hpp"

namespace saker {
namespace {

MultiHeadAttention random_attention(std::int64_t width, std::int64_t heads) {
  MultiHeadAttention attention(width, heads);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : attention->parameters()) parameter.normal_(0, 0.4);
  return attention;
}

// By the definition, one head at a time.
torch::Tensor expected_output(const MultiHeadAttentionImpl& attention,
                              const torch::Tensor& query_key,
                              const torch::Tensor& value,
                              std::int64_t heads,
                              const torch::Tensor& sees) {
  const auto weights = attention.in_proj_weight.chunk(3), biases = attention.in_proj_bias.chunk(3);
  const torch::Tensor q = torch::linear(query_key, weights[0], biases[0]);
  const torch::Tensor k = torch::linear(query_key, weights[1], biases[1]);
  const torch::Tensor v = torch::linear(value, weights[2], biases[2]);
  std::vector<torch::Tensor> outputs;
  const std::int64_t width = q.size(2) / heads;
  for (std::int64_t m = 0; m < heads; ++m) {
    const auto of_head = [&](const torch::Tensor& x) { return x.narrow(2, m * width, width); };
    torch::Tensor scores =
        torch::bmm(of_head(q), of_head(k).transpose(1, 2)) / std::sqrt(static_cast<double>(width));
    if (sees.defined()) scores = scores.masked_fill(sees.logical_not(), -1e9);
    outputs.push_back(torch::bmm(scores.softmax(2), of_head(v)));
  }
  return torch::linear(
      torch::cat(outputs, 2), attention.out_proj->weight, attention.out_proj->bias);
}

TEST(MultiHeadAttention, EqualsItsDefinition) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({2, 9, 12}), y = torch::randn({2, 9, 12});
  const torch::Tensor sees = (torch::rand({9, 9}) > 0.5).logical_or(torch::eye(9).to(torch::kBool));
  for (const std::int64_t heads : {1, 3}) {
    const MultiHeadAttention attention = random_attention(12, heads);
    for (const torch::Tensor& mask : {torch::Tensor(), sees}) {
      const torch::Tensor expected = expected_output(*attention, x, y, heads, mask);
      EXPECT_TRUE(torch::allclose(attention->forward(x, y, mask), expected, 1e-4, 1e-5));
    }
  }
}

TEST(MultiHeadAttention, FoldedFormComputesTheSame) {
  torch::manual_seed(2);
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({2, 9, 12}), y = torch::randn({2, 9, 12});
  MultiHeadAttention attention = random_attention(12, 3);
  const torch::Tensor expected = attention->forward(x, y);
  attention->fold();
  EXPECT_TRUE(torch::allclose(attention->forward(x, y), expected, 1e-4, 1e-5));
  EXPECT_TRUE(attention->parameters().empty());
}

TEST(MultiHeadAttention, GradientsAgreeWithFiniteDifferences) {
  torch::manual_seed(3);
  const MultiHeadAttention attention = random_attention(8, 2);
  const torch::Tensor x = torch::randn({1, 5, 8}).requires_grad_();
  const torch::Tensor y = torch::randn({1, 5, 8}).requires_grad_();
  const torch::Tensor sees = torch::ones({5, 5}, torch::kBool).tril();
  const torch::Tensor mixer = torch::randn({1, 5, 8});
  test::expect_gradients_agree([&] { return (attention->forward(x, y, sees) * mixer).sum(); },
                               {x, y, attention->in_proj_weight, attention->in_proj_bias},
                               0.01,
                               1e-2);
}

TEST(MultiHeadAttention, KeysOfTheStateDict) {
  EXPECT_EQ(MultiHeadAttention(4, 2)->named_parameters().keys(),
            (std::vector<std::string>{
                "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"}));
}

}  // namespace
}  // namespace saker
