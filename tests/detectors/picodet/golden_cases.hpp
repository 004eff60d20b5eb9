// Head outputs and ground truth of PicoDet's golden files.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/picodet/ground_truth.hpp"
#include "detectors/picodet/head_outputs.hpp"

namespace saker::test {

// Class logits in [-4, 2) and distribution logits in [-3, 3) of a head for square images.
HeadOutputs golden_maps(const std::string& name,
                        std::int64_t batch,
                        std::int64_t classes,
                        std::int64_t size = 160,
                        bool requires_grad = false);

// The set of that name in targets.json, for images of 160 x 160. Empty when the file is not here.
GroundTruth golden_truth(const std::string& set);
// As a data set gives it: cx, cy, w, h divided by 160.
Targets golden_targets(const std::vector<std::string>& sets);

}  // namespace saker::test
