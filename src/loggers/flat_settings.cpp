#include "loggers/flat_settings.hpp"

namespace saker {
namespace {

using SettingVisitor = std::function<void(const std::string& path, const Value& value)>;

void visit_below(const Value& map, const std::string& prefix, const SettingVisitor& visit) {
  for (const auto& [key, value] : map.as_object()) {
    const std::string path = prefix + key_text(key);
    if (value.is_object() && !value.as_object().empty()) {
      visit_below(value, path + "/", visit);
    } else {
      visit(path, value);
    }
  }
}

FlatSetting flat(const Value& value) {
  if (value.is_bool()) return value.as_bool() ? 1.0 : 0.0;
  if (value.is_number()) return value.as_double();
  if (value.is_string()) return value.as_string();
  return value.is_null() ? "None" : value.to_json();
}

}  // namespace

void for_each_setting(const Value& settings, const SettingVisitor& visit) {
  if (settings.is_object()) visit_below(settings, "", visit);
}

std::vector<std::pair<std::string, FlatSetting>> flatten_settings(const Value& settings) {
  std::vector<std::pair<std::string, FlatSetting>> all;
  for_each_setting(settings, [&](const std::string& path, const Value& value) {
    all.emplace_back(path, flat(value));
  });
  return all;
}

}  // namespace saker
