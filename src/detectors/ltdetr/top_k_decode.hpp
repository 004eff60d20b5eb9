// From the decoder's outputs to detections.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"

namespace saker {

// The min(max_detections, Q * K) pairs of query and class with the highest scores of each image,
// highest first; a query may appear with several classes. Boxes are scaled to the image's size and
// not clamped to it; there is no suppression.
//
// sizes: one an image. max_detections >= 1.
std::vector<Predictions> top_k_decode(const DecoderPrediction& prediction,
                                      const std::vector<ImageSize>& sizes,
                                      std::int64_t max_detections);

}  // namespace saker
