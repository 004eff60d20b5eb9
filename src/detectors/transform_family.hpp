// The transforms that a family of detectors trains with.
#pragma once

#include <string>

#include "transforms/resolve_transforms.hpp"

namespace saker {

// Of the detector that make_detector() would build. Throws Error (usage) for an unknown name.
TransformFamily transform_family(const std::string& model_name, const Value& build_args);
ImageSize default_image_size(const std::string& model_name, const Value& build_args);

// Whether weights of one of these models can start a training of the other.
bool same_family(const std::string& model_name, const std::string& other);

}  // namespace saker
