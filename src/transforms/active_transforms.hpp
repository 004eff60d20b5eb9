// Which augmentations a step of the run has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "transforms/transform_settings.hpp"

namespace saker {

// In the order in which they run, each with its probability and the sizes it draws from:
// "mosaic (prob 0.5)". Resize and normalization are no augmentations. settings: without "auto".
std::vector<std::string> active_transforms(const TransformSettings& settings, std::int64_t step);

// The steps in [0, total_steps) at which the active set changes, ascending; the first is 0.
std::vector<std::int64_t> phase_starts(const TransformSettings& settings, std::int64_t total_steps);

}  // namespace saker
