// What the settings of a run are called, which values they take and what they mean.
//
// Nobody writes a schema down: the code that reads settings makes it (see settings_reader.hpp), so
// that it cannot differ from what is read.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "saker/value.hpp"

namespace saker {

struct SettingDescription {
  std::string path = {};   // dotted: "model_args.lr"
  std::string type = {};   // in words: "integer or \"auto\""
  std::string range = {};  // in words: "at least 1", "one of micro, macro"; empty: any value
  Value default_value = {};
  std::string automatic = {};  // what "auto" (or null) stands for, if that is known
  std::string meaning = {};
  std::string alias = {};    // second name of the key; may be empty
  bool is_required = false;  // has no default
  bool is_section = false;   // a map whose keys are described too

  // Whether it is a map that null switches off.
  bool is_group() const;
  std::string_view name() const;    // the last part of the path
  std::string_view parent() const;  // the rest; empty at the top
  // Default for people: "required", "0.1", "auto (90000)"; "on" or "off" for a group, empty
  // for any other map that is empty.
  std::string default_text() const;
};

class SettingsSchema {
 public:
  // In the order of reading, each section before its keys. A path that is described again keeps its
  // place: types and meanings that differ are joined, the default is that of the first.
  void add(SettingDescription setting);
  // The last part of a path is required. Unknown paths are passed over here and below.
  void require(std::string_view path);
  // One more value that the setting takes, such as null or "auto".
  void also_takes(std::string_view path, const Value& word, bool is_default);
  // What "auto" stands for.
  void resolve_automatic(std::string_view path, std::string text);

  const std::vector<SettingDescription>& settings() const& noexcept { return settings_; }
  std::vector<SettingDescription> settings() && { return std::move(settings_); }
  // nullptr when there is none. Aliases are no paths.
  const SettingDescription* find(std::string_view path) const;
  // The setting of that path and everything below it; all for an empty path.
  std::vector<SettingDescription> under(std::string_view path) const;

  // Paths for a key that is not known at its place: one that has the same name elsewhere (or the
  // nearest such), or else the one of the nearest name; empty when nothing is near.
  std::string same_name(std::string_view path) const;
  std::string nearest(std::string_view path) const;

 private:
  SettingDescription* find_mutable(std::string_view path);

  std::vector<SettingDescription> settings_;
};

// The section at `path` with the default of every key that it leaves out. Required keys and those
// of groups that are off stay out; null sections that are no groups become maps.
Value with_defaults(const Value& section, const SettingsSchema& schema, std::string_view path);

// JSON for people: a value that is repeated in a list is written once, with its count.
std::string short_text(const Value& value);

}  // namespace saker
