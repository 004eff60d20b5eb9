// One image of a dataset, as decoded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "data/annotations.hpp"
#include "saker/image.hpp"

namespace saker {

struct SampleInput {
  Image image;  // RGB; uint8, or float32 in [0, 1]
  Annotations annotations;
  std::string path;  // goes into the batch and into messages
};

// Reads one sample of a dataset.
using SampleReader = std::function<SampleInput(std::int64_t index)>;

}  // namespace saker
