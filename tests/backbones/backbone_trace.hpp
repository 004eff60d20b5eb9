// Backbones with golden weights, and the golden traces of their steps.
#pragma once

#include <torch/types.h>
#include <torch/utils.h>

#include <memory>
#include <string>
#include <vector>

#include "backbones/backbone.hpp"
#include "nn/rotary_embedding.hpp"
#include "nn/transformer_block.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/normalized_image.hpp"

namespace saker::test {

// In evaluation mode, filled under the names that it has inside a detector.
template <typename Kind>
std::shared_ptr<Kind> golden_backbone(const std::string& name,
                                      const std::string& child = "_model") {
  auto backbone =
      std::dynamic_pointer_cast<Kind>(make_backbone(backbone_by_name(name), 3, std::nullopt));
  fill_module(*backbone, "backbone._model_wrapper." + child + ".");
  backbone->eval();
  return backbone;
}

// Deployed, a backbone in evaluation mode gives the maps that it gave before.
inline void expect_same_maps_deployed(Backbone& backbone,
                                      const torch::Tensor& images,
                                      const std::vector<std::int64_t>& taps) {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> before = backbone.feature_maps(images, taps);
  backbone.deploy();
  for (int pass = 0; pass < 2; ++pass) {  // the second with whatever the first one kept
    const std::vector<torch::Tensor> after = backbone.feature_maps(images, taps);
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i)
      EXPECT_TRUE(near(after[i], before[i], {2e-5, 2e-5})) << "map " << i;
  }
}

class Trace : public GoldenTensors {
 public:
  using GoldenTensors::GoldenTensors;

  torch::Tensor image() const {
    const auto size = info().at("image_size");
    return normalized_image(info().at("input"), size.at(0), size.at(1));
  }

  // Within 1e-4 * max(1, largest value).
  void expect_step(const std::string& key, const torch::Tensor& actual) const {
    const double largest = info().at("tensors").at(key).at("absmax");
    expect_near(key, actual, {1e-4 * std::max(1.0, largest), 0});
  }

  // The four parts of the first block, then the outputs of all blocks from the first tokens on.
  template <typename Block>
  void expect_blocks(Block&& block,
                     std::int64_t depth,
                     torch::Tensor x,
                     const RotaryTable* positions) const {
    const torch::NoGradGuard no_grad;
    TransformerBlock& first = block(0);
    const torch::Tensor normed = first->norm1->forward(x);
    expect_step("block0.norm1", normed);
    const torch::Tensor attended = first->attn->forward(normed, positions);
    expect_step("block0.attn", attended);
    const torch::Tensor middle = x + (first->ls1 ? first->ls1->forward(attended) : attended);
    const torch::Tensor normed_again = first->norm2->forward(middle);
    expect_step("block0.norm2", normed_again);
    expect_step("block0.mlp", first->mlp->forward(normed_again));
    for (std::int64_t i = 0; i < depth; ++i) {
      x = block(i)->forward(x, positions);
      expect_step("block" + std::to_string(i), x);
    }
  }
};

}  // namespace saker::test
