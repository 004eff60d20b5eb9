// Contrastive denoising: noised copies of the targets, decoded beside the queries, whose targets
// are known without matching.
//
// M: the most targets of an image; G groups; N = 2 M G queries an image. Query n stands for target
// n mod M of its image and belongs to group n / (2M); the first M of a group are positives (box
// corners move by less than half a side), the next M negatives (by more), which are to be called
// background. Places n mod M beyond an image's targets are padding: class K, an empty box.
// Sources: Li et al., "DN-DETR", CVPR 2022; Zhang et al., "DINO", ICLR 2023; Zhao et al., RT-DETR.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "detectors/detector.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"
#include "detectors/ltdetr/loss_settings.hpp"
#include "detectors/ltdetr/matched_pairs.hpp"

namespace saker {

struct Denoising {
  DenoisingQueries queries;
  std::int64_t groups = 0;  // G; 0 for a batch without targets, where N is 0
};

// Random numbers for one batch, on the device of the targets.
struct DenoisingDraws {
  torch::Tensor label_chance;  // [B, N] float32 in [0, 1): below half the ratio, the label changes
  torch::Tensor new_label;     // [B, N] int64 in 0..K-1; may be the old one
  torch::Tensor box_sign;      // [B, N, 4] float32, -1 or 1
  torch::Tensor box_shift;     // [B, N, 4] float32 in [0, 1)
};

// G = max(1, floor(num_denoising / M)), but 0 if M is 0.
std::int64_t denoising_groups(std::int64_t most_targets, std::int64_t num_denoising);

// The numbers of an image depend on its place in the whole batch, not on the images beside it or on
// the device.
DenoisingDraws draw_denoising(std::int64_t images,
                              std::int64_t queries,
                              std::int64_t num_classes,
                              const DrawKey& key,
                              torch::Device device);

// The queries of a batch; N is 0 if it has no targets. num_classes: K; num_queries: Q of the
// decoder; num_denoising > 0. Throws Error (data) as batch_targets().
Denoising make_denoising(const Targets& targets,
                         std::int64_t num_classes,
                         std::int64_t num_queries,
                         const DenoisingSettings& settings,
                         const DrawKey& key);

// The same with given draws.
Denoising make_denoising(const Targets& targets,
                         std::int64_t num_classes,
                         std::int64_t num_queries,
                         const DenoisingSettings& settings,
                         const DenoisingDraws& draws);

// The positives of an image with `targets` T of at most M: G * T pairs by ascending query.
MatchedPairs denoising_pairs(std::int64_t targets, std::int64_t most_targets, std::int64_t groups);

}  // namespace saker
