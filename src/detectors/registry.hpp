// Every detector by its names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"
#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"
#include "weights/state_dict.hpp"

namespace saker {

struct DetectorName {
  std::string name;        // e.g. "picodet-s-coco"
  std::string plain_name;  // what an alias stands for, "picodet/s-416"; equal to `name` otherwise
  ImageSize image_size;    // default network input
  std::string licence;     // of the published weights; empty when there are none
};

// Names first, aliases after them.
std::vector<DetectorName> detector_names();

// Throws Error (usage) for an unknown name, with the nearest ones and the whole list.
DetectorName find_detector(const std::string& name);
ImageSize default_image_size(const std::string& name);

// A detector with fresh weights, a function of (spec, seed). Aliases become plain names in its
// spec.
std::shared_ptr<Detector> make_detector(const DetectorSpec& spec, std::uint64_t seed);

// A detector of the architecture that the weights of a task model show, whatever spec.model_name
// says; the name is set right in its spec. init_args: a checkpoint's model_init_args. The weights
// are not loaded yet; fresh ones depend on the seed.
std::shared_ptr<Detector> make_detector_for_weights(const DetectorSpec& spec,
                                                    const StateDict& weights,
                                                    const Value& init_args,
                                                    std::uint64_t seed);

// The recipe of a detector with the user's model_args; what is wrong with them goes to `problems`.
std::unique_ptr<Recipe> make_recipe(const std::string& model_name,
                                    const Value& model_args,
                                    SettingsProblems& problems);

}  // namespace saker
