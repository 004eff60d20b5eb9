// Weights of a file into a detector.
#pragma once

#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/state_dict.hpp"

namespace saker {

struct LoadReport {
  std::vector<std::string> loaded;  // keys of the detector that took the file's values
  std::vector<std::string>
      missing;  // keys of the detector that the file lacks; they keep their values
  std::vector<std::string> unexpected;  // keys of the file that the detector does not know
  std::vector<std::string> mismatched;  // keys that keep their values since the file was made for
                                        // another number of classes

  // One line for the log, e.g. "662 loaded, 0 missing, 0 unexpected, 16 kept fresh (other number of
  // classes)".
  std::string summary() const;
};

enum class LoadMode {
  kStrict,      // every key must be there, with its shape, and no other
  kFineTuning,  // what fits; layers of another number of classes stay fresh as a whole
};

// Copies values, converting their type. Throws Error (checkpoint) for a shape that cannot fit, for
// a file of which nothing fits and, in strict mode, for missing and unexpected keys; the detector
// is then unchanged.
LoadReport load_weights(Detector& detector, const StateDict& state, LoadMode mode);

// The part of a checkpoint's state dict that holds the task model: the EMA weights if there are any
// ("ema_model.model."), else the training weights ("model."), else all of it; the prefix is taken
// off.
StateDict task_model_weights(const StateDict& state);

// Initialises a backbone alone. Keys may start with "module.", and then "_model.", "model." or
// "backbone."; where only some start with the latter, only those count.
LoadReport load_backbone_weights(torch::nn::Module& backbone, const StateDict& state);

}  // namespace saker
