// Fusion of two joined feature maps.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/ltdetr/repvgg_block.hpp"
#include "nn/conv_unit.hpp"

namespace saker {

struct CspBlockOptions {
  std::int64_t in = 0, hidden = 0, out = 0;  // channels
  std::int64_t blocks = 0;                   // RepVGG blocks, hidden channels each
};

// conv3(rep(conv1(x)) + conv2(x)): [B, in, H, W] -> [B, out, H, W]. conv1, conv2 (in to hidden) and
// conv3 (hidden to out; there is none when both are equal) are 1x1 with batch norm and SiLU, rep is
// a chain of RepVGG blocks.
// Keys: conv1.*, conv2.*, bottlenecks.N.*, conv3.*.
// Source: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection", CVPR 2024, figure 5.
class CspBlockImpl : public torch::nn::Module {
 public:
  explicit CspBlockImpl(const CspBlockOptions& options);

  torch::Tensor forward(const torch::Tensor& x);
  // For good, into the form for prediction.
  void fold();

  const std::vector<RepVggBlock>& bottlenecks() const { return bottlenecks_; }

 private:
  ConvUnit conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr};
  std::vector<RepVggBlock> bottlenecks_;
};
TORCH_MODULE(CspBlock);

}  // namespace saker
