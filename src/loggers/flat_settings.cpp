#include "loggers/flat_settings.hpp"

namespace saker {
namespace {

void flatten(const Value& value,
             const std::string& path,
             std::vector<std::pair<std::string, FlatSetting>>& flat) {
  if (value.is_object() && !value.as_object().empty()) {
    for (const auto& [key, member] : value.as_object()) {
      flatten(member, path.empty() ? key_text(key) : path + "/" + key_text(key), flat);
    }
  } else if (value.is_bool()) {
    flat.emplace_back(path, value.as_bool() ? 1.0 : 0.0);
  } else if (value.is_number()) {
    flat.emplace_back(path, value.as_double());
  } else if (value.is_string()) {
    flat.emplace_back(path, value.as_string());
  } else if (value.is_null()) {
    flat.emplace_back(path, "None");
  } else {
    flat.emplace_back(path, value.to_json());
  }
}

}  // namespace

std::vector<std::pair<std::string, FlatSetting>> flatten_settings(const Value& settings) {
  std::vector<std::pair<std::string, FlatSetting>> flat;
  if (!settings.is_object() || settings.as_object().empty()) return flat;
  flatten(settings, "", flat);
  return flat;
}

}  // namespace saker
