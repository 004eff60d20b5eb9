// Weights of a file into a detector.
#pragma once

#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "weights/state_dict.hpp"

namespace saker {

struct WeightsReport {
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
WeightsReport load_weights(Detector& detector, const StateDict& state, LoadMode mode);

// Initialises a backbone alone. Keys may start with "module.", and then "_model.", "model." or
// "backbone."; where only some start with the latter, only those count.
WeightsReport load_backbone_weights(torch::nn::Module& backbone, const StateDict& state);

}  // namespace saker
