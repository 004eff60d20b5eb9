// Weights of one backbone made to fit a backbone of another patch size, position grid or number of
// image channels.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "backbones/backbone.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// A patch embedding's kernels [D, C, o, o] for patches of patch_size pixels: those whose products
// with patches that were resized to patch_size are nearest to the old products with the patches
// themselves, W pinv(R), R being the matrix of the bicubic, antialiased resize.
// Source: Beyer et al., "FlexiViT: One Model for All Patch Sizes", CVPR 2023, section 3.4.
torch::Tensor resample_patch_weight(const torch::Tensor& weight, std::int64_t patch_size);

// Kernels [D, C, k, k] for other numbers of image channels: the first of them, or all over and
// over, without rescaling. Returns [D, channels, k, k].
torch::Tensor adapt_input_channels(const torch::Tensor& weight, std::int64_t channels);

// Learned positions [1, 1 + n n, C] resized (bicubic, a = -0.75) to a grid of side x side. Returned
// as they are if their own grid is not square.
torch::Tensor resize_position_grid(const torch::Tensor& positions, std::int64_t side);

// The weights of a file, whose keys are prefix + a key of the backbone, with those that differ from
// the backbone's in shape adapted where there is a rule (all others are left, so that loading tells
// of them):
//   DINOv3 ViT: patch size and image channels; DINOv2: position grid and image channels.
// Heads that DINOv3's distillation leaves in files ("projectors.heads.dinov3radio") are dropped.
StateDict adapt_backbone_weights(const StateDict& weights,
                                 const Backbone& backbone,
                                 const std::string& prefix = "");

}  // namespace saker
