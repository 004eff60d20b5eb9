// The file that model_args.backbone_weights names.
#pragma once

#include <filesystem>

#include "weights/state_dict.hpp"

namespace saker {

// The tensors of the first dict under "state_dict", "model", "model_state_dict", "student" or
// "backbone", or of the file's dict itself; entries that are no tensors are left out. Throws Error
// (io) when the file cannot be read and Error (checkpoint) when it is no checkpoint or has no
// tensors.
StateDict read_backbone_file(const std::filesystem::path& path);

}  // namespace saker
