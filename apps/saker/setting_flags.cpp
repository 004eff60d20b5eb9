#include "setting_flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "api/settings_reference.hpp"
#include "core/yaml.hpp"

namespace saker {
namespace {

std::string flag_name(const std::string& key) {
  std::string name = "--" + key;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string help_text(const SettingDescription& argument) {
  std::string text = fmt::format("{} [{}", argument.meaning, argument.type);
  if (!argument.range.empty()) text += ", " + argument.range;
  const std::string value = argument.default_text();
  if (argument.is_required) {
    text += ", required";
  } else if (!value.empty()) {
    text += fmt::format(", default {}", value);
  }
  return text + "]";
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& command, const std::vector<std::string>& keys) {
  for (const SettingDescription& argument : training_arguments().settings()) {
    if (keys.empty() || std::find(keys.begin(), keys.end(), argument.path) != keys.end())
      add(command, argument);
  }
}

void SettingFlags::add(CLI::App& command, const SettingDescription& argument) {
  std::string& text = texts_[argument.path];
  if (argument.type == "boolean") {
    command.add_flag(flag_name(argument.path), text, help_text(argument));
    return;
  }
  if (argument.type.starts_with("text")) plain_texts_.push_back(argument.path);
  command.add_option(flag_name(argument.path), text, help_text(argument))->type_name("");
}

void SettingFlags::apply(Value& tree) const {
  for (const auto& [key, text] : texts_) {
    if (text.empty()) continue;
    const bool is_plain =
        std::find(plain_texts_.begin(), plain_texts_.end(), key) != plain_texts_.end();
    tree[key] =
        is_plain ? Value(text) : parse_yaml(text, fmt::format("{} {}", flag_name(key), text));
  }
}

}  // namespace saker
