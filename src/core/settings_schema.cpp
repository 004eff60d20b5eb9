#include "core/settings_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/nearest_name.hpp"

namespace saker {
namespace {

bool is_at_or_below(std::string_view path, std::string_view ancestor) {
  return ancestor.empty() || path == ancestor ||
         (path.size() > ancestor.size() && path.starts_with(ancestor) &&
          path[ancestor.size()] == '.');
}

std::string joined(const std::string& first,
                   const std::string& second,
                   std::string_view separator) {
  if (second.empty() || first.find(second) != std::string::npos) return first;
  return first.empty() ? second : fmt::format("{}{}{}", first, separator, second);
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::string_view without_last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

// How many characters two paths have in common at their beginning.
std::size_t common_length(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

}  // namespace

bool SettingDescription::is_group() const {
  return type.starts_with("map,") || type == "map or null";
}

std::string_view SettingDescription::name() const { return last_part(path); }

std::string_view SettingDescription::parent() const { return without_last_part(path); }

std::string SettingDescription::default_text() const {
  if (is_required) return "required";
  if (is_group()) return default_value.is_null() ? "off" : "on";
  if (default_value == Value(Value::Object())) return "";
  const std::string text = default_value.is_string() && !default_value.as_string().empty()
                               ? default_value.as_string()
                               : short_text(default_value);
  return automatic.empty() ? text : fmt::format("{} ({})", text, automatic);
}

SettingDescription* SettingsSchema::find_mutable(std::string_view path) {
  const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const auto& setting) {
    return setting.path == path;
  });
  return found == settings_.end() ? nullptr : &*found;
}

const SettingDescription* SettingsSchema::find(std::string_view path) const {
  return const_cast<SettingsSchema*>(this)->find_mutable(path);
}

void SettingsSchema::add(SettingDescription setting) {
  if (SettingDescription* known = find_mutable(setting.path)) {
    known->type = joined(known->type, setting.type, " or ");
    known->meaning = joined(known->meaning, setting.meaning, "; ");
    return;
  }
  // Behind its section's other keys.
  const std::string parent(setting.parent());
  auto place = settings_.end();
  if (SettingDescription* section = parent.empty() ? nullptr : find_mutable(parent)) {
    section->is_section = true;
    place = std::find_if_not(settings_.begin() + (section - settings_.data()),
                             settings_.end(),
                             [&](const auto& other) { return is_at_or_below(other.path, parent); });
  }
  settings_.insert(place, std::move(setting));
}

void SettingsSchema::require(std::string_view path) {
  if (SettingDescription* setting = find_mutable(path)) setting->is_required = true;
}

void SettingsSchema::also_takes(std::string_view path, const Value& word, bool is_default) {
  SettingDescription* setting = find_mutable(path);
  if (setting == nullptr) return;
  const std::string text = " or " + word.to_json();
  if (setting->type.find(text) == std::string::npos) setting->type += text;
  if (is_default) setting->default_value = word;
}

void SettingsSchema::resolve_automatic(std::string_view path, std::string text) {
  if (SettingDescription* setting = find_mutable(path)) setting->automatic = std::move(text);
}

std::vector<SettingDescription> SettingsSchema::under(std::string_view path) const {
  std::vector<SettingDescription> found;
  std::copy_if(
      settings_.begin(), settings_.end(), std::back_inserter(found), [&](const auto& setting) {
        return is_at_or_below(setting.path, path);
      });
  return found;
}

std::string SettingsSchema::same_name(std::string_view path) const {
  const SettingDescription* best = nullptr;
  for (const SettingDescription& setting : settings_) {
    if (setting.name() != last_part(path) && setting.alias != last_part(path)) continue;
    if (best == nullptr || common_length(setting.path, path) > common_length(best->path, path))
      best = &setting;
  }
  return best == nullptr ? "" : best->path;
}

std::string SettingsSchema::nearest(std::string_view path) const {
  if (std::string same = same_name(path); !same.empty()) return same;
  std::vector<std::string> names;
  for (const SettingDescription& setting : settings_) {
    if (setting.parent() == without_last_part(path)) names.emplace_back(setting.name());
  }
  const bool has_sibling = !nearest_names(last_part(path), names).empty();
  if (!has_sibling) {
    for (const SettingDescription& setting : settings_) names.emplace_back(setting.name());
  }
  const std::vector<std::string> found = nearest_names(last_part(path), names);
  if (found.empty()) return {};
  const std::string_view parent = without_last_part(path);
  return same_name(parent.empty() ? found[0] : fmt::format("{}.{}", parent, found[0]));
}

Value with_defaults(const Value& section, const SettingsSchema& schema, std::string_view path) {
  Value result = section.is_null() ? Value(Value::Object()) : section;
  for (const SettingDescription& setting : schema.settings()) {
    if (setting.parent() != path) continue;
    const std::string name(setting.name());
    const bool has_alias = !setting.alias.empty() && result.find(setting.alias) != nullptr;
    if (result.find(name) == nullptr && !setting.is_required && !has_alias)
      result[name] = setting.default_value;
    if (Value* value = result.find(name); value != nullptr && setting.is_section) {
      const bool is_on = value->is_object() || (value->is_null() && !setting.is_group());
      if (is_on) *value = with_defaults(*value, schema, setting.path);
    }
  }
  return result;
}

std::string short_text(const Value& value) {
  if (!value.is_array()) return value.to_json();
  const Value::Array& items = value.as_array();
  std::string text;
  for (std::size_t i = 0; i < items.size();) {
    std::size_t count = 1;
    while (i + count < items.size() && items[i + count] == items[i]) ++count;
    if (count < 3) count = 1;
    text += text.empty() ? "" : ", ";
    if (count > 1) text += fmt::format("{} x ", count);
    text += short_text(items[i]);
    i += count;
  }
  return fmt::format("[{}]", text);
}

}  // namespace saker
