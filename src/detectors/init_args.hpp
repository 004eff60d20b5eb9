// The constructor arguments that checkpoints and exported models carry, in the layout of the
// reference.
#pragma once

#include "detectors/detector.hpp"
#include "weights/pickle_value.hpp"

namespace saker {

// model_name, image_size (a tuple), num_classes, classes {id: name}, image_normalize {mean, std} or
// None, and what the detector adds.
PickleDict make_init_args(const Detector& detector);

// The part of them that every detector has. Missing normalization means ImageNet's.
// Throws Error (checkpoint) naming the key that is absent or of the wrong type.
DetectorSpec spec_from_init_args(const PickleValue& init_args);

}  // namespace saker
