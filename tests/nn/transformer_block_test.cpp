#include "nn/transformer_block.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

std::vector<std::string> parameter_names(const torch::nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& item : module.named_parameters()) names.push_back(item.key());
  return names;
}

TransformerBlockOptions small_options() {
  return {.width = 8, .heads = 2, .mlp_hidden = 12, .norm_eps = 1e-6};
}

torch::Tensor head_by_head(const torch::Tensor& x,
                           const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           std::int64_t heads) {
  const torch::Tensor qkv = torch::linear(x, weight, bias);
  const std::int64_t width = x.size(-1), size = width / heads;
  std::vector<torch::Tensor> outputs;
  for (std::int64_t h = 0; h < heads; ++h) {
    const torch::Tensor q = qkv.narrow(-1, h * size, size);
    const torch::Tensor k = qkv.narrow(-1, width + h * size, size);
    const torch::Tensor v = qkv.narrow(-1, 2 * width + h * size, size);
    const double scale = 1 / std::sqrt(static_cast<double>(size));
    outputs.push_back(torch::softmax(q.matmul(k.transpose(-1, -2)) * scale, -1).matmul(v));
  }
  return torch::cat(outputs, -1);
}

TEST(SelfAttention, IsSoftmaxOfScaledProducts) {
  SelfAttention attention(SelfAttentionOptions{.width = 8, .heads = 2});
  test::fill_module(*attention);
  const torch::Tensor x = test::uniform_tensor("x", {2, 5, 8}, -1, 1);
  const torch::Tensor expected =
      attention->proj->forward(head_by_head(x, attention->qkv_weight(), attention->qkv_bias(), 2));
  EXPECT_TRUE(test::near(attention->forward(x), expected, {1e-6, 0}));
}

TEST(SelfAttention, AMaskTakesTheBiasFromTheKeys) {
  SelfAttention attention(SelfAttentionOptions{.width = 8, .heads = 2, .mask_key_bias = true});
  test::fill_module(*attention);
  EXPECT_EQ(attention->qkv_bias().narrow(0, 8, 8).abs().max().item<float>(), 0);
  EXPECT_GT(attention->qkv_bias().narrow(0, 0, 8).abs().min().item<float>(), 0);
  EXPECT_GT(attention->qkv_bias().narrow(0, 16, 8).abs().min().item<float>(), 0);
  const torch::Tensor x = test::uniform_tensor("x", {1, 4, 8}, -1, 1);
  const torch::Tensor masked = attention->named_parameters()["qkv.bias"].clone();
  masked.narrow(0, 8, 8).zero_();
  const torch::Tensor expected =
      attention->proj->forward(head_by_head(x, attention->qkv_weight(), masked, 2));
  EXPECT_TRUE(test::near(attention->forward(x), expected, {1e-6, 0}));
}

TEST(SelfAttention, PositionsTellDifferentTokensApartButNotEqualOnes) {
  SelfAttention attention(SelfAttentionOptions{.width = 8, .heads = 1});
  test::fill_module(*attention);
  RotaryEmbedding rope(8);
  const RotaryTable table = rope->table(2, 3, 1);
  const torch::Tensor x = test::uniform_tensor("x", {1, 1, 8}, -1, 1).expand({1, 7, 8});
  const torch::Tensor y = attention->forward(x, &table);
  EXPECT_TRUE(test::near(y, attention->forward(x), {1e-6, 0}));
  const torch::Tensor varied = test::uniform_tensor("x", {1, 7, 8}, -1, 1);
  EXPECT_FALSE(torch::allclose(attention->forward(varied, &table), attention->forward(varied)));
}

TEST(SwiGlu, HiddenWidthAndValues) {
  EXPECT_EQ(SwiGluImpl::hidden_of_mlp(3072), 2048);
  EXPECT_EQ(SwiGluImpl::hidden_of_mlp(4096), 2736);  // 2730 rounded up
  SwiGlu swiglu(4, 8);
  test::fill_module(*swiglu);
  const torch::Tensor x = test::uniform_tensor("x", {3, 4}, -1, 1);
  const torch::Tensor both = torch::linear(x, swiglu->w12->weight, swiglu->w12->bias);
  const torch::Tensor gate = both.narrow(1, 0, 8), value = both.narrow(1, 8, 8);
  const torch::Tensor expected =
      torch::linear(gate * torch::sigmoid(gate) * value, swiglu->w3->weight, swiglu->w3->bias);
  EXPECT_TRUE(test::near(swiglu->forward(x), expected, {1e-6, 0}));
}

TEST(TransformerBlock, KeysFollowTheOptions) {
  TransformerBlockOptions options = small_options();
  EXPECT_EQ(parameter_names(*TransformerBlock(options)),
            (std::vector<std::string>{"norm1.weight",
                                      "norm1.bias",
                                      "attn.qkv.weight",
                                      "attn.qkv.bias",
                                      "attn.proj.weight",
                                      "attn.proj.bias",
                                      "ls1.gamma",
                                      "norm2.weight",
                                      "norm2.bias",
                                      "mlp.fc1.weight",
                                      "mlp.fc1.bias",
                                      "mlp.fc2.weight",
                                      "mlp.fc2.bias",
                                      "ls2.gamma"}));
  options.layer_scale = false;
  options.feed_forward = FeedForwardKind::kSwiGlu;
  const std::vector<std::string> names = parameter_names(*TransformerBlock(options));
  EXPECT_EQ(names.size(), 12U);
  EXPECT_EQ(names[8], "mlp.w12.weight");
  EXPECT_EQ(names.back(), "mlp.w3.bias");
}

TEST(TransformerBlock, DropPathActsInTrainingWithDrawsAlone) {
  TransformerBlockOptions options = small_options();
  options.drop_path_rate = 0.5;
  TransformerBlock block(options);
  test::fill_module(*block);
  const torch::Tensor x = test::uniform_tensor("x", {4, 3, 8}, -1, 1);
  const torch::Tensor plain = block->forward(x);
  RandomStream draws({.seed = 0, .purpose = "test"});
  EXPECT_FALSE(torch::equal(block->forward(x, nullptr, &draws), plain));
  block->eval();
  EXPECT_TRUE(torch::equal(block->forward(x, nullptr, &draws), plain));
}

}  // namespace
}  // namespace saker
