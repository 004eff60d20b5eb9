// Files of torch.save: a zip archive with a pickle and one entry per storage.
// docs/formats/checkpoint.md describes them.
//
//   PickleValue checkpoint = read_checkpoint("out/checkpoints/last.ckpt");
//   std::int64_t step = checkpoint.at("step").as_int();
//   write_checkpoint("copy.ckpt", checkpoint);
//
// No LibTorch here; torch_bridge.hpp turns StoredTensor into torch::Tensor and back.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "weights/pickle_value.hpp"

namespace saker {

// Runs nothing of the file: see pickle_reader.hpp for what becomes of foreign objects. The name of
// the root folder inside is free. Tensors own their memory, into which the file's bytes are read
// directly; tensors that shared a storage in the file share it here. Throws Error (io) when the
// file cannot be read, and (checkpoint) when it is no such file, is damaged, refers to functions
// that run code, is of big-endian byte order, of the format before PyTorch 1.6, or a pickled Python
// object as a whole.
PickleValue read_checkpoint(const std::filesystem::path& path);
// The same for the bytes of a file; `source` names it in messages.
PickleValue read_checkpoint(std::span<const std::byte> bytes, const std::string& source);

// Written whole or not at all. torch.load(path, weights_only=True) reads the file. root_name: the
// folder inside, "archive" for checkpoints and the file's stem for exported models. Throws Error
// (io), and what write_pickle throws.
void write_checkpoint(const std::filesystem::path& path,
                      const PickleValue& value,
                      const std::string& root_name = "archive");

}  // namespace saker
