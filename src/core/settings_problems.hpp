// Everything that is wrong with the settings of a run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/settings_schema.hpp"
#include "saker/value.hpp"

namespace saker {

class SettingsProblems {
 public:
  SettingsProblems() = default;
  // Collects no problems: readers with it describe in `schema` what they would read, and read
  // nothing. `schema` must outlive it.
  explicit SettingsProblems(SettingsSchema& schema) : schema_(&schema) {}

  // The schema that is being described; nullptr while settings are read.
  SettingsSchema* schema() const noexcept { return schema_; }
  // Where to look for keys that are unknown at their place. Asked at most once, when there is such
  // a key.
  void suggest_from(std::function<SettingsSchema()> known) { known_ = std::move(known); }

  // Each with its dotted path.
  void missing_key(const std::string& path);
  // The hint is the full path of a key with the same name elsewhere, or one of the known names of
  // the same section, or the nearest anywhere.
  void unknown_key(const std::string& path, const std::vector<std::string>& known_beside_it);
  void wrong_type(const std::string& path, const std::string& expected, const Value& value);
  void bad_value(const std::string& path, const std::string& message);

  bool empty() const noexcept { return lines_.empty(); }
  const std::vector<std::string>& lines() const noexcept { return lines_; }
  // Throws Error (usage) that lists every problem, if there is one.
  void throw_if_any() const;

 private:
  void add(std::string line);

  std::vector<std::string> lines_;
  SettingsSchema* schema_ = nullptr;
  std::function<SettingsSchema()> known_;
};

}  // namespace saker
