// Safetensors files: an 8-byte header size, a JSON header, then the tensors' bytes.
//
//   SafetensorsFile file = read_safetensors("model.safetensors");
//   for (const auto& [name, tensor] : file.tensors) ...
//
// Source: Hugging Face, "Safetensors: Format".
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weights/stored_tensor.hpp"

namespace saker {

struct SafetensorsFile {
  std::vector<std::pair<std::string, StoredTensor>>
      tensors;  // row-major, in the order of their bytes
  std::vector<std::pair<std::string, std::string>> metadata;  // the header's free texts
};

// Tensors own their memory, into which the file's bytes are read directly. Throws Error (io) when
// the file cannot be read, and (checkpoint) naming the file and tensor when sizes lie, tensors
// overlap or leave gaps, a name comes twice, or a dtype is none of StoredType's.
SafetensorsFile read_safetensors(const std::filesystem::path& path);
SafetensorsFile read_safetensors(std::span<const std::byte> bytes, const std::string& source);

// Written whole or not at all, tensors in the given order. Throws Error (io), and (checkpoint) when
// a name comes twice.
void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

}  // namespace saker
