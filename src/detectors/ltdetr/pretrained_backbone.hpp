// Where the backbone of a new LTDETR starts from.
#pragma once

#include <optional>
#include <string>

#include "detectors/ltdetr/ltdetr.hpp"

namespace saker {

// Initialises the backbone from `file`, a checkpoint of it in the layout of its makers or as
// pretraining writes it, or else from its published weights, which are fetched if need be. Patch
// size, channels and position grid are adapted. Returns a line for the log, empty for a backbone
// that starts from nothing.
//
// Throws Error: io for a file that is not there or cannot be fetched; checkpoint, naming the file,
// for one that does not fit (DINOv2: of which nothing fits); usage for a backbone whose weights are
// published nowhere without a file.
std::string start_ltdetr_backbone(Ltdetr& detector, const std::optional<std::string>& file);

}  // namespace saker
