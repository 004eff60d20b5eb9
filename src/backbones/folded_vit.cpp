#include "backbones/folded_vit.hpp"

#include "nn/parallel.hpp"

namespace saker {

bool FoldedVit::serves(VitBlocks& blocks) {
  TransformerBlock& first = (*blocks)[0];
  return FoldedTransformerBlock::serves(first->options()) && first->norm1->weight.is_cpu();
}

FoldedVit::FoldedVit(VitBlocks& blocks, const torch::nn::LayerNorm& norm, std::int64_t leading)
    : leading_(leading) {
  for (std::int64_t i = 0; i < blocks->depth(); ++i) blocks_.emplace_back(*(*blocks)[i]);
  if (norm) norm_.emplace(norm->weight, norm->bias, norm->options.eps());
}

torch::Tensor FoldedVit::map_of(const torch::Tensor& tokens, const PatchGrid& grid) const {
  const std::int64_t width = tokens.size(2);
  const torch::Tensor patches = tokens.narrow(1, leading_, grid.count());
  if (!norm_) return tokens_to_map(patches.contiguous().clone(), grid);
  torch::Tensor normed = at::empty({tokens.size(0), grid.count(), width}, tokens.options());
  for (std::int64_t b = 0; b < tokens.size(0); ++b) {
    const float* const from = patches[b].const_data_ptr<float>();
    float* const to = normed[b].mutable_data_ptr<float>();
    parallel_for(grid.count(), 1, [&](std::int64_t begin, std::int64_t end) {
      norm_->write({from + begin * width, end - begin, width}, to + begin * width);
    });
  }
  return tokens_to_map(normed, grid);
}

std::vector<torch::Tensor> FoldedVit::feature_maps(torch::Tensor tokens,
                                                   const PatchGrid& grid,
                                                   const std::vector<std::int64_t>& taps,
                                                   const RotaryTable* positions) const {
  TransformerWorkspace workspace = blocks_.front().workspace(tokens.size(0), tokens.size(1));
  std::vector<torch::Tensor> maps;
  for (std::size_t i = 0; maps.size() < taps.size(); ++i) {
    blocks_[i].run(tokens, positions, workspace);
    if (static_cast<std::int64_t>(i) == taps[maps.size()]) maps.push_back(map_of(tokens, grid));
  }
  return maps;
}

}  // namespace saker
