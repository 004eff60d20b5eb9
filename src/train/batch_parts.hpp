// A batch computed in parts, one after the other, where memory does not suffice for the whole.
//
// The gradients of the parts' losses, each times its share, add up to the gradient of the batch's
// loss. How exactly depends on the detector:
// - a loss that is a mean over images, or a sum over boxes divided by their number (RT-DETR), is
//   the batch's but for the rounding of sums;
// - PicoDet and D-FINE divide some terms by what was matched, which follows the predictions: the
//   shares, images and boxes, are then close to the right ones;
// - batch norm sees the images of a part alone, and moves its running statistics once a part.
// LTDETR's denoising queries are those of the whole batch.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/detector.hpp"

namespace saker {

struct BatchPart {
  std::int64_t first = 0, count = 0;  // images of the batch
  torch::Tensor images;               // [count, C, H, W], a view of the batch's
  Targets targets;
  double share = 1;  // factor of the part's loss in the batch's
};

// Images first .. first + count - 1 with their targets; the share is left at 1.
BatchPart part_of_batch(const torch::Tensor& images,
                        const Targets& targets,
                        std::int64_t first,
                        std::int64_t count);

// parts: at least 1; of a batch of fewer images each is a part. Their numbers of images differ by
// at most one.
std::vector<BatchPart> split_batch(const torch::Tensor& images,
                                   const Targets& targets,
                                   std::int64_t parts,
                                   const Detector& detector);

}  // namespace saker
