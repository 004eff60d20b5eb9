// The stack of blocks that the vision transformers share.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "backbones/backbone_config.hpp"
#include "nn/transformer_block.hpp"

namespace saker {

// `depth` equal blocks. Keys: BLOCK.*; with chunks, CHUNK.BLOCK.* where BLOCK counts on over the
// chunks.
class VitBlocksImpl : public torch::nn::Module {
 public:
  // Throws Error (internal) unless the number of chunks divides the depth.
  VitBlocksImpl(const TransformerBlockOptions& options,
                std::int64_t depth,
                std::int64_t chunks = 0);

  std::int64_t depth() const { return static_cast<std::int64_t>(blocks_.size()); }
  TransformerBlock& operator[](std::int64_t i) { return blocks_[static_cast<std::size_t>(i)]; }

  // Runs the blocks up to the last tap, x = run(i, x), and returns the outputs of the taps, which
  // ascend and are below the depth.
  std::vector<torch::Tensor> outputs(
      torch::Tensor x,
      const std::vector<std::int64_t>& taps,
      const std::function<torch::Tensor(std::int64_t block, const torch::Tensor& x)>& run) const;

 private:
  std::vector<TransformerBlock> blocks_;
};
TORCH_MODULE(VitBlocks);

// Fresh weights for the linear layers of a vision transformer, by their keys below it: weights
// normal with std 0.02, biases 0, norms 1 and 0, layer scales 1e-5; convolutions as LibTorch
// initialises them. Other parameters (tokens, positions) are left alone.
void initialize_vit_layers(torch::nn::Module& vit, std::uint64_t seed);

}  // namespace saker
