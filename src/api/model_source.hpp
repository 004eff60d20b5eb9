// Where a run's or a prediction's model comes from: a file of weights or an architecture's name.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "detectors/detector.hpp"
#include "saker/value.hpp"
#include "weights/state_dict.hpp"

namespace saker {

struct ModelSource {
  DetectorSpec spec;  // of the file, or the name's defaults without classes
  Value build_args;   // the file's constructor arguments besides those of the spec; null for a name
  StateDict weights;  // of the task model; empty for a name
  std::string origin;  // for messages: the file or the name

  bool has_weights() const { return !weights.empty(); }
};

// A path that exists wins over a name; weights that were published under the name are fetched (see
// weights/hub.hpp). Throws Error: usage for what is neither, with the nearest names; checkpoint for
// a file that holds no detector of ours; and what fetch_weights throws.
ModelSource find_model(const std::string& name_or_file);

// The name of the same model, without an alias. Fetches nothing; otherwise throws like find_model.
std::string find_model_name(const std::string& name_or_file);

// The weights and arguments of an exported model or a training checkpoint.
ModelSource read_model_file(const std::filesystem::path& path);

// The detector of a source that has weights, loaded strictly. A source that is moved in here hands
// over its memory.
std::shared_ptr<Detector> load_detector(ModelSource source);

}  // namespace saker
