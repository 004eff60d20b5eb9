// The transforms that a family of detectors trains with.
#pragma once

#include <string>

#include "transforms/resolve_transforms.hpp"

namespace saker {

// Throws Error (usage) for an unknown name.
TransformFamily transform_family(const std::string& model_name);

// Whether weights of one of these models can start a training of the other.
bool same_family(const std::string& model_name, const std::string& other);

}  // namespace saker
