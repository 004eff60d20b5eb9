// The constructor arguments that checkpoints and exported models carry, in the layout of the
// reference.
#pragma once

#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "weights/pickle_value.hpp"

namespace saker {

// The arguments of a detector, as its files hold them.
PickleDict make_init_args(const Detector& detector);

// What the spec says under the keys that all detectors share: image_size (height, width), classes
// {id: name}, and image_normalize {mean, std} or null.
Value image_size_value(const DetectorSpec& spec);
Value classes_value(const DetectorSpec& spec);
Value normalization_value(const DetectorSpec& spec);
// The names of these keys, "num_classes" included; other keys belong to the family.
const std::vector<std::string>& shared_init_args();

// Missing normalization means ImageNet's.
// Throws Error (checkpoint) naming the key that is absent or of the wrong type.
DetectorSpec spec_from_init_args(const PickleValue& init_args);

}  // namespace saker
