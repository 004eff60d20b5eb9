// Flags of a command for the arguments of a training: `--batch-size 16` for `batch_size`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/settings_schema.hpp"
#include "saker/value.hpp"

namespace CLI {
class App;
}

namespace saker {

// Names, help texts and types are those of the settings' schema.
class SettingFlags {
 public:
  // Adds a flag to the command for each of these arguments, all of them when none is named. The
  // command writes into this object, which must stay where it is until it was parsed.
  explicit SettingFlags(CLI::App& command, const std::vector<std::string>& keys = {});
  SettingFlags(const SettingFlags&) = delete;
  SettingFlags& operator=(const SettingFlags&) = delete;

  // The text that was given for a key; empty when none was.
  const std::string& text(const std::string& key) const { return texts_.at(key); }
  // Writes what was given into the tree. Names and paths are taken as they are; everything else is
  // YAML, like the values of key=value pairs. Throws Error (usage) for broken YAML.
  void apply(Value& tree) const;

 private:
  void add(CLI::App& command, const SettingDescription& argument);

  std::map<std::string, std::string> texts_;
  std::vector<std::string> plain_texts_;  // keys whose values are no YAML
};

}  // namespace saker
