// PicoDet's head: classes and distance distributions from one stack of depthwise-separable
// convolutions a level.
//
// A detector has two of them with the same structure: `head` (one-to-many, for training) and
// `o2o_head` (one-to-one).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/picodet/conv_blocks.hpp"
#include "detectors/picodet/head_outputs.hpp"

namespace saker {

class PicoHead : public torch::nn::Module {
 public:
  // in_channels: width of the neck; width: of this head; convs: per level.
  PicoHead(std::int64_t in_channels,
           std::int64_t width,
           std::int64_t convs,
           std::int64_t num_classes);

  // features: P3..P6.
  HeadOutputs forward(const std::vector<torch::Tensor>& features);
  void fold();

  std::int64_t num_classes() const { return num_classes_; }

 private:
  std::int64_t num_classes_;
  std::vector<std::vector<std::shared_ptr<FoldableDepthwiseSeparable>>> cls_convs_;  // [level][i]
  std::vector<torch::nn::Conv2d> gfl_cls_;  // [level], C + 32 outputs
  std::vector<FoldedConv> folded_gfl_cls_;  // [level], empty before fold()
};

}  // namespace saker
