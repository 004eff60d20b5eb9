// Files of weights in either format.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weights/pickle_value.hpp"

namespace saker {

// A file of torch.save or a safetensors file, whichever its bytes show (see checkpoint_file.hpp and
// safetensors_checkpoint.hpp). Throws Error: io when it cannot be read, checkpoint when it is
// neither or damaged, each naming the file. left_out: gets what of the file is not in the value, as
// "metadata KEY" of a safetensors file that others wrote.
PickleValue read_weights_file(const std::filesystem::path& path,
                              std::vector<std::string>* left_out = nullptr);

// Whether the ending of a path says in which format to write: .pt, .pth, .ckpt or .safetensors.
bool has_weights_ending(const std::filesystem::path& path);

// Written whole or not at all, in the format of the path's ending. Throws Error: usage for another
// ending, io, and what write_pickle and to_safetensors throw, each naming the file.
void write_weights_file(const std::filesystem::path& path, const PickleValue& value);

// The value with None in the place of every opaque object, which no file can hold. left_out: gets
// "path (class)" of each.
PickleValue without_opaque_objects(const PickleValue& value, std::vector<std::string>& left_out);

}  // namespace saker
