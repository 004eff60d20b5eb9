#include "api/model_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "detectors/init_args.hpp"
#include "detectors/load_weights.hpp"
#include "detectors/registry.hpp"
#include "saker/error.hpp"
#include "weights/exported_model.hpp"
#include "weights/hub.hpp"
#include "weights/pickle_settings.hpp"

namespace saker {
namespace {

bool looks_like_a_path(const std::string& text) {
  return text.ends_with(".pt") || text.ends_with(".ckpt") || text.ends_with(".pth") ||
         text.ends_with(".safetensors");
}

// Throws for a path to nowhere; names have no such endings.
bool is_file(const std::string& name_or_file) {
  std::error_code ignored;
  if (std::filesystem::exists(name_or_file, ignored)) return true;
  if (!looks_like_a_path(name_or_file)) return false;
  throw Error(
      ErrorKind::kIo,
      fmt::format("{}: no such file; name an exported model, a checkpoint or one of `saker models`",
                  name_or_file));
}

void require_offered_class(const ExportedModel& file) {
  const DetectorFamily& of_class = family_of_class_path(file.model_class_path);
  const std::string name = file.init_args.at("model_name").as_string();
  const std::vector<DetectorName> names = of_class.names();
  if (std::any_of(
          names.begin(), names.end(), [&](const auto& known) { return known.name == name; }))
    return;
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("holds a model \"{}\" of the class {}, which is not offered here; `saker "
                          "models` lists what is",
                          name,
                          file.model_class_path));
}

Value build_args_of(const PickleValue& init_args) {
  Value all = to_value(init_args);
  Value::Object others;
  const std::vector<std::string>& shared = shared_init_args();
  for (auto& [key, value] : all.as_object()) {
    if (std::find(shared.begin(), shared.end(), key_text(key)) == shared.end())
      others.emplace_back(key, std::move(value));
  }
  return others;
}

}  // namespace

ModelSource read_model_file(const std::filesystem::path& path) {
  const ExportedModel file = read_exported_model(path);
  try {
    require_offered_class(file);
    return {.spec = spec_from_init_args(file.init_args),
            .build_args = build_args_of(file.init_args),
            .weights = file.model_weights(),
            .origin = path.string()};
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
}

ModelSource find_model(const std::string& name_or_file) {
  if (is_file(name_or_file)) return read_model_file(name_or_file);
  const DetectorName name = find_detector(name_or_file);
  if (find_published_detector(name.name) != nullptr) {
    return read_model_file(fetch_detector_weights(name.name));
  }
  return {.spec = {.model_name = name.plain_name, .image_size = name.image_size, .classes = {}},
          .build_args = {},
          .weights = {},
          .origin = name_or_file};
}

std::string find_model_name(const std::string& name_or_file) {
  if (is_file(name_or_file)) return read_model_file(name_or_file).spec.model_name;
  return find_detector(name_or_file).plain_name;
}

std::shared_ptr<Detector> load_detector(ModelSource source) {
  try {
    std::shared_ptr<Detector> detector =
        family_of(source.spec.model_name)
            .make_for_weights(source.spec, source.weights, source.build_args, std::nullopt);
    load_weights(*detector, std::move(source.weights), LoadMode::kStrict);
    return detector;
  } catch (const Error& error) {
    throw error.with_context(source.origin);
  }
}

}  // namespace saker
