// Which candidates are detections.
#pragma once

#include "saker/detections.hpp"

namespace saker {

// Keeps their order. inclusive: a score that equals the threshold is kept.
Detections above_threshold(const Detections& candidates, double threshold, bool inclusive);

// Throws Error (usage) that names the argument unless it lies in [0, 1].
void require_fraction(const char* name, double value);

}  // namespace saker
