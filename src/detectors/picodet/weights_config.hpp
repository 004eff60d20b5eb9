// The architecture of PicoDet weights, read off the shapes of their tensors.
#pragma once

#include <optional>

#include "detectors/picodet/picodet_config.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// Empty when these are no PicoDet weights. Names do not tell: the same name has stood for different
// widths. The image size is that of the name with this architecture, or 416 x 416; a checkpoint's
// own image size goes before it.
//
// Throws Error (checkpoint) when the shapes are those of no PicoDet.
std::optional<PicoDetConfig> picodet_config_of(const StateDict& weights);

}  // namespace saker
