// Network predictions as detections with the user's class ids.
#pragma once

#include "detectors/detector.hpp"
#include "saker/detections.hpp"

namespace saker {

// Copies to the CPU; order is kept. classes: as in the detector's spec.
Detections to_detections(const Predictions& predictions, const ClassNames& classes);

}  // namespace saker
