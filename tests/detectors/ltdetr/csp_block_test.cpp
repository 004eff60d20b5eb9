#include "detectors/ltdetr/csp_block.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "nn/default_initialization.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

// Norms that do something.
void initialize(torch::nn::Module& module) {
  initialize_by_default(module, 2, "");
  torch::manual_seed(2);
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().normal_(0, 0.3);
    if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 2);
  }
  for (auto& item : module.named_parameters()) {
    if (item.key().find("norm") != std::string::npos) item.value().uniform_(0.5, 1.5);
  }
}

TEST(RepVggBlock, MergesItsBranches) {
  RepVggBlock block(5);
  initialize(*block);
  block->eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({2, 5, 7, 6});
  const torch::Tensor expected = block->forward(x);
  const FoldedWeights merged = block->merged_weights();
  EXPECT_TRUE(torch::allclose(
      at::silu(at::conv2d(x, merged.weight, merged.bias, 1, 1)), expected, 1e-4, 1e-5));
  block->fold();
  EXPECT_TRUE(torch::allclose(block->forward(x), expected, 1e-4, 1e-5));
  EXPECT_TRUE(block->parameters().empty());
  EXPECT_TRUE(block->buffers().empty());
}

TEST(CspBlock, FoldsInBothShapes) {
  const torch::NoGradGuard no_grad;
  for (const std::int64_t hidden : {3, 6}) {
    CspBlock block(CspBlockOptions{.in = 8, .hidden = hidden, .out = 6, .blocks = 2});
    initialize(*block);
    block->eval();
    EXPECT_EQ(collect_state_dict(*block).contains("conv3.conv.weight"), hidden != 6);
    const torch::Tensor x = torch::randn({2, 8, 6, 5});
    const torch::Tensor expected = block->forward(x);
    EXPECT_EQ(expected.sizes(), (c10::IntArrayRef{2, 6, 6, 5}));
    block->fold();
    EXPECT_TRUE(torch::allclose(block->forward(x), expected, 1e-4, 1e-5)) << hidden;
    EXPECT_TRUE(block->parameters().empty());
  }
}

}  // namespace
}  // namespace saker
