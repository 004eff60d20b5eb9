// Fresh weights of LTDETR's decoders.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>

#include "detectors/ltdetr/ltdetr_config.hpp"

namespace saker {

// Fills every parameter as a function of (seed, key) alone.
//
// Score heads answer with probability 0.01 at first, box heads, the gates and the correction of the
// scores with 0, so that boxes start where they are. Sampling points of a head lie on a ray of its
// own, with equal weights. The matrices named by the cpp's list are Xavier-uniform, embeddings of
// the denoising classes normal with 0 for padding; everything else as initialize_by_default has it.
// Sources: RT-DETRv2 and D-FINE as published, after Zhu et al., "Deformable DETR", ICLR 2021.
void initialize_decoder(torch::nn::Module& decoder,
                        const DecoderConfig& config,
                        std::uint64_t seed);

// First bias of sampling_offsets, [heads * P * 2]: head m looks in the direction of 2 pi m / heads,
// scaled to reach 1 in its longer component, times 1..n for the n points of each level.
torch::Tensor initial_offsets(std::int64_t heads, const LevelSizes& points);

}  // namespace saker
