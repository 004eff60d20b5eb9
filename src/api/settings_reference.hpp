// All settings of a training, gathered from the code that reads them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/settings_schema.hpp"

namespace saker {

// Models whose settings have the same defaults.
struct ModelGroup {
  std::string family;  // "LTDETR"
  std::string label;   // within the family: "DINOv2"; empty for a family of one group
  std::string model;   // one of them, by its name
};

// Every model that `saker models` lists is like one of them.
const std::vector<ModelGroup>& model_groups();

// The arguments of train_object_detection and the command line, without the keys of their maps.
SettingsSchema training_arguments();

// Every setting of a training that starts from this name, with its defaults; those left to "auto"
// say what it stands for where that is known. Throws Error as find_detector does.
SettingsSchema settings_of_model(const std::string& model);

// For SettingsProblems::suggest_from: the settings of the model, or those of all groups when this
// is no name of a model.
std::function<SettingsSchema()> known_settings(const std::string& model);

}  // namespace saker
