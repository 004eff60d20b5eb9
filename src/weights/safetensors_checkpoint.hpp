// Checkpoints in safetensors files: what a .pt holds, with nothing lost on the way back.
//
// docs/formats/safetensors.md describes the metadata.
#pragma once

#include <string>
#include <vector>

#include "weights/pickle_value.hpp"
#include "weights/safetensors.hpp"

namespace saker {

// The tensors of a checkpoint, and as metadata everything else. Weights (those of a dict
// "train_model", or of a dict that holds nothing but tensors) keep their names. Tensors that share
// memory are written each, so that every reader finds them, and noted. Throws what pickle_to_json
// throws; messages do not name the file.
SafetensorsFile to_safetensors(const PickleValue& checkpoint);

// The checkpoint of a file that to_safetensors made; of any other safetensors file a dict of its
// tensors. Tensors that shared memory do so again, unless somebody gave them different values
// since. Throws Error (checkpoint) when the metadata is damaged or names tensors that are not
// there; messages do not name the file.
PickleValue from_safetensors(const SafetensorsFile& file);

// Metadata that has no place in a checkpoint, by its keys: that of a file which others wrote.
std::vector<std::string> foreign_metadata(const SafetensorsFile& file);

}  // namespace saker
