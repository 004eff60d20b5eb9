#include "detectors/ltdetr/token_memory.hpp"

#include <fmt/format.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>

#include "saker/error.hpp"

namespace saker {

TokenProjection::TokenProjection(torch::nn::Module& decoder,
                                 const LevelSizes& in_channels,
                                 std::int64_t width,
                                 bool always) {
  torch::nn::ModuleList list = decoder.register_module("input_proj", torch::nn::ModuleList().ptr());
  for (const std::int64_t channels : in_channels) {
    if (always || channels != width) {
      projections_.emplace_back(ConvUnitOptions{.in = channels, .out = width});
      list->push_back(projections_.back());
    } else {
      projections_.emplace_back(nullptr);
      list->push_back(torch::nn::Identity());
    }
  }
}

TokenMemory TokenProjection::operator()(const std::vector<torch::Tensor>& maps) {
  if (maps.size() != projections_.size()) {
    throw Error(
        ErrorKind::kInternal,
        fmt::format("the decoder takes {} feature maps, not {}", projections_.size(), maps.size()));
  }
  TokenMemory memory;
  std::vector<torch::Tensor> levels;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const torch::Tensor map =
        projections_[i]
            ? projections_[i]->forward(maps[i].contiguous(torch::MemoryFormat::ChannelsLast))
            : maps[i];
    levels.push_back(map.flatten(2).transpose(1, 2));
    memory.sizes_hw.push_back({map.size(2), map.size(3)});
  }
  memory.tokens = torch::cat(levels, 1);
  return memory;
}

void TokenProjection::fold() {
  for (ConvUnit& projection : projections_) {
    if (projection) projection->fold();
  }
}

}  // namespace saker
