// Weights of a file into a detector.
#pragma once

#include <functional>
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
  std::vector<std::string> mismatched;  // keys that keep their values, since the file's are for
                                        // another number of classes or were left out on purpose
  std::vector<std::string> adapted;     // of the loaded ones, those of another shape in the file

  // One line for the log, e.g. "662 loaded, 0 missing, 0 unexpected, 16 kept fresh (class heads)".
  std::string summary() const;
};

enum class LoadMode {
  kStrict,      // every key must be there, with its shape, and no other
  kFineTuning,  // what fits; layers of another number of classes are adapted by the detector or
                // stay fresh as a whole
};

// Gives the detector the values, converting their type, after Detector::adapt_weights. Weights that
// were read from a file and are moved in here hand over their memory where that is possible; others
// are copied. Throws Error (checkpoint) for a shape that cannot fit, for a file of which nothing
// fits and, in strict mode, for missing and unexpected keys and another number of classes; the
// detector is then unchanged.
WeightsReport load_weights(Detector& detector, StateDict file, LoadMode mode);

// A file's weights in the names and shapes of a backbone.
using AdaptBackboneWeights = std::function<StateDict(const StateDict&)>;

// Initialises a backbone alone. Keys may start with "module.", and then "_model.", "model." or
// "backbone."; where only some start with the latter, only those count. `adapt` sees the keys
// without them.
WeightsReport load_backbone_weights(torch::nn::Module& backbone,
                                    StateDict file,
                                    LoadMode mode = LoadMode::kFineTuning,
                                    const AdaptBackboneWeights& adapt = {});

}  // namespace saker
