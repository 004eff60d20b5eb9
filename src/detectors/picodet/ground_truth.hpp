// The ground truth of one image in pixels of the network's input, as the assigners read it.
#pragma once

#include <cstdint>
#include <vector>

#include "detectors/detector.hpp"
#include "saker/detections.hpp"
#include "transforms/batch.hpp"

namespace saker {

struct GroundTruth {
  std::vector<Box> boxes;            // M boxes, pixels
  std::vector<std::int64_t> labels;  // M indices of the network's outputs

  std::size_t size() const noexcept { return boxes.size(); }
};

// One entry an image; x = (cx +- w / 2) * W and y = (cy +- h / 2) * H in float32.
//
// An empty tensor of any shape means an image without boxes. Throws Error (data) when boxes and
// classes do not fit together or a class lies outside of [0, num_classes).
std::vector<GroundTruth> ground_truth_in_pixels(const Targets& targets,
                                                ImageSize input,
                                                std::int64_t num_classes);

}  // namespace saker
