// A model as it leaves training: exported_best.pt and exported_last.pt.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "weights/pickle_value.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// The notice that Saker writes into its files.
extern const char* const kWeightsLicense;

struct ExportedModel {
  // Of the reference's task model, under which its loader knows the weights.
  std::string model_class_path;
  // A dict: the constructor arguments. image_size, mean and std must be tuples, the keys of classes
  // ints.
  PickleValue init_args = PickleDict{};
  // With the prefixes of the file: "ema_model.updates" and "ema_model.model.*", or "model.*".
  StateDict train_model;
  std::string license_info = kWeightsLicense;  // empty: the file has none
  // Keys of the file beyond these four, kept as they are.
  std::vector<std::pair<std::string, PickleValue>> other_keys;

  // What inference loads; see select_model_weights.
  StateDict model_weights() const { return select_model_weights(train_model); }
};

// Reads an exported file or a training checkpoint, of torch.save or converted to safetensors; of a
// checkpoint, optimizer and the like stand in other_keys. Throws Error (checkpoint) naming the file
// and key when something is missing or of a wrong type, and what read_weights_file throws.
ExportedModel read_exported_model(const std::filesystem::path& path);
// The same from a checkpoint that was read already; messages do not name the file.
ExportedModel parse_exported_model(const PickleValue& checkpoint);

// The dict that such a file holds, other_keys last.
PickleValue to_pickle(const ExportedModel& model);
// The folder inside the file is named after the file. Written whole or not at all.
void write_exported_model(const std::filesystem::path& path, const ExportedModel& model);

}  // namespace saker
