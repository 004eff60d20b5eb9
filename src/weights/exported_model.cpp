#include "weights/exported_model.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/weights_file.hpp"

namespace saker {
namespace {

constexpr const char* kClassPath = "model_class_path";
constexpr const char* kInitArgs = "model_init_args";
constexpr const char* kTrainModel = "train_model";
constexpr const char* kLicenseInfo = "license_info";

template <typename Read>
auto read_key(const PickleValue& checkpoint, const char* key, const Read& read) {
  const PickleValue& value = checkpoint.at(key);
  try {
    return read(value);
  } catch (const Error& error) {
    throw error.with_context(fmt::format("key '{}'", key));
  }
}

}  // namespace

const char* const kWeightsLicense =
    "These weights were trained with Saker, which is licensed under the Apache License 2.0 "
    "(https://www.apache.org/licenses/LICENSE-2.0). That licence covers the program; what applies "
    "to the weights themselves also "
    "depends on the images and on the pretrained weights that they were made from.";

ExportedModel parse_exported_model(const PickleValue& checkpoint) {
  if (!checkpoint.is_dict() || checkpoint.find(kTrainModel) == nullptr ||
      checkpoint.find(kInitArgs) == nullptr || checkpoint.find(kClassPath) == nullptr) {
    throw Error(ErrorKind::kCheckpoint,
                "holds no detector: a dict with model_class_path, model_init_args and train_model "
                "is expected, as in "
                "exported_models/exported_best.pt");
  }
  ExportedModel model;
  model.model_class_path =
      read_key(checkpoint, kClassPath, [](const PickleValue& value) { return value.as_string(); });
  model.init_args = read_key(checkpoint, kInitArgs, [](const PickleValue& value) {
    value.as_dict();
    return value;
  });
  model.train_model = read_key(
      checkpoint, kTrainModel, [](const PickleValue& value) { return to_state_dict(value); });
  model.license_info.clear();
  for (const auto& [key, value] : checkpoint.as_dict().items) {
    if (!key.is_string()) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("has a key that is a {}, but text is expected", key.type_name()));
    }
    const std::string& name = key.as_string();
    if (name == kClassPath || name == kInitArgs || name == kTrainModel) continue;
    if (name == kLicenseInfo && value.is_string()) {
      model.license_info = value.as_string();
    } else {
      model.other_keys.emplace_back(name, value);
    }
  }
  return model;
}

ExportedModel read_exported_model(const std::filesystem::path& path) {
  const PickleValue checkpoint = read_weights_file(path);
  try {
    return parse_exported_model(checkpoint);
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
}

PickleValue to_pickle(const ExportedModel& model) {
  PickleDict dict;
  dict.set(kClassPath, model.model_class_path);
  dict.set(kInitArgs, model.init_args);
  dict.set(kTrainModel, to_pickle(model.train_model, /*ordered=*/false));
  if (!model.license_info.empty()) dict.set(kLicenseInfo, model.license_info);
  for (const auto& [key, value] : model.other_keys) dict.set(key, value);
  return dict;
}

void write_exported_model(const std::filesystem::path& path, const ExportedModel& model) {
  write_checkpoint(path, to_pickle(model), path.stem().string());
}

}  // namespace saker
