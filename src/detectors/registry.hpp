// Every detector by its names.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/detector_family.hpp"
#include "detectors/recipe.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// Family after family; plain names of a family first, aliases after them. Unlisted ones included.
std::vector<DetectorName> detector_names();

// Throws Error (usage) for an unknown name, with the nearest ones and the whole list, and
// (unsupported) for one that exists but is not offered.
DetectorName find_detector(const std::string& name);

// The family of a name; throws as find_detector does.
const DetectorFamily& family_of(const std::string& name);
// The family whose files have this model_class_path. Throws Error (checkpoint) when there is none,
// (unsupported) for a class that is not offered.
const DetectorFamily& family_of_class_path(const std::string& model_class_path);

// See DetectorFamily::make; the name decides on the family. Aliases become plain names in the spec.
std::shared_ptr<Detector> make_detector(const DetectorSpec& spec,
                                        const Value& build_args,
                                        std::optional<std::uint64_t> seed);

// The recipe of a detector with the user's model_args; what is wrong with them goes to `problems`.
std::unique_ptr<Recipe> make_recipe(const std::string& model_name,
                                    const Value& model_args,
                                    SettingsProblems& problems);

}  // namespace saker
