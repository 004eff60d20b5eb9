// Strict reading of settings trees into plain structs.
//
//   SettingsProblems problems;
//   SettingsReader reader(args.model_args, "model_args", problems);
//   reader.read({"lr", "learning rate"}, recipe.lr, more_than(0));
//   reader.read_or_auto({"steps", "optimizer steps"}, recipe.steps, at_least(1));
//   reader.finish();            // unknown keys, with the nearest known one
//   problems.throw_if_any();    // all problems at once
//
// Types are strict: no text for numbers, no floats for integers, no booleans for either; integers
// are taken where floats are expected.
//
// The same code describes the settings. With SettingsProblems(schema) the value does not matter:
// each call adds the key, its type, its range and, as the default, what the target holds to the
// schema, leaves the target as it is, and returns false; nested readers are made for sections that
// are off too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/number_rule.hpp"
#include "core/settings_problems.hpp"
#include "saker/value.hpp"

namespace saker {

struct SettingKey {
  std::string_view name;
  std::string_view meaning = {};  // one line, without a full stop
  std::string_view alias = {};    // a second name; both at once are a problem
};

// How a value is described that its reader takes apart itself.
struct SettingForm {
  std::string type;
  Value default_value = {};
  std::string range = {};
};

// What switches a group of settings.
enum class GroupSwitch {
  kNull,         // null: off
  kNullOrWords,  // and false: off, true: on
};

class SettingsReader {
 public:
  // A null value reads as an empty map. `value` must outlive the reader.
  SettingsReader(const Value& value, std::string path, SettingsProblems& problems);

  // Each leaves the target as it is when the key is absent, and returns whether it was there and
  // right.
  bool read(const SettingKey& key, bool& target);
  bool read(const SettingKey& key, std::int64_t& target, const NumberRule& rule = any_number());
  bool read(const SettingKey& key, double& target, const NumberRule& rule = any_number());
  bool read(const SettingKey& key, std::string& target);
  bool read(const SettingKey& key,
            std::vector<double>& target,
            const NumberRule& rule = any_number());
  bool read(const SettingKey& key,
            std::vector<std::int64_t>& target,
            const NumberRule& rule = any_number());
  bool read(const SettingKey& key,
            std::array<double, 2>& target,
            const NumberRule& rule = any_number());
  bool read(const SettingKey& key,
            std::array<std::int64_t, 2>& target,
            const NumberRule& rule = any_number());
  bool read(const SettingKey& key, std::vector<std::string>& target);
  // null clears the optional.
  template <typename T, typename... Rule>
  bool read(const SettingKey& key, std::optional<T>& target, const Rule&... rule) {
    return read_or(key, nullptr, target, rule...);
  }
  // "auto" clears the optional.
  template <typename T, typename... Rule>
  bool read_or_auto(const SettingKey& key, std::optional<T>& target, const Rule&... rule) {
    return read_or(key, "auto", target, rule...);
  }
  // One of the given words.
  bool read_choice(const SettingKey& key,
                   std::string& target,
                   const std::vector<std::string>& choices);
  // A map as it is; null leaves the target. A null target is described as an empty map.
  bool read_map(const SettingKey& key, Value& target);

  // The keys below this one, which the caller reads and finishes. Absent and null are an empty map.
  SettingsReader section(const SettingKey& key);
  // Settings of something that can be off. A map is read over the group's values, or over Group{}
  // when it was off; read(SettingsReader&, Group&) gets a reader that finishes itself.
  template <typename Group, typename Read>
  void read_group(const SettingKey& key,
                  std::optional<Group>& target,
                  Read read,
                  GroupSwitch words = GroupSwitch::kNull) {
    const Value* value = find_group(key, target.has_value(), words);
    if (value == nullptr) return;
    if (value->is_null()) {
      target.reset();
      return;
    }
    Group group = target.value_or(Group{});
    SettingsReader inner(*value, path_of(key), *problems_);
    read(inner, group);
    inner.finish();
    if (!describes()) target = std::move(group);
  }

  // The value of a key that the caller takes apart; nullptr when it is absent.
  const Value* find(const SettingKey& key, const SettingForm& form);
  // Whether the key was given. It becomes no known key by that.
  bool has(std::string_view name) const { return value_->find(name) != nullptr; }
  // Whether settings are described rather than read.
  bool describes() const noexcept { return problems_->schema() != nullptr; }
  // With the name by which the key was given.
  std::string path_of(const SettingKey& key) const;
  std::string path_of(std::string_view name) const;
  SettingsProblems& problems() { return *problems_; }

  // Reports every key that nobody asked for.
  void finish();

 private:
  const Value* find(const SettingKey& key);
  // Null, false or true as null or an empty map, anything but a map reported; an empty map while
  // settings are described.
  const Value* find_group(const SettingKey& key, bool is_on, GroupSwitch words);
  void describe(const SettingKey& key, const SettingForm& form);

  // Types in words.
  static std::string words_for(const bool*) { return "boolean"; }
  static std::string words_for(const std::int64_t*) { return "integer"; }
  static std::string words_for(const double*) { return "number"; }
  static std::string words_for(const std::string*) { return "text"; }
  static std::string words_for(const std::vector<std::int64_t>*) { return "list of integers"; }
  static std::string words_for(const std::vector<double>*) { return "list of numbers"; }
  static std::string words_for(const std::vector<std::string>*) { return "list of texts"; }
  static std::string words_for(const std::array<std::int64_t, 2>*) { return "two integers"; }
  static std::string words_for(const std::array<double, 2>*) { return "two numbers"; }
  template <typename T>
  static std::string words_for(const std::optional<T>*) {
    return words_for(static_cast<const T*>(nullptr));
  }
  void report_wrong_type(const SettingKey& key, const std::string& words, const Value& value);

  template <typename T, typename... Rule>
  bool read_or(const SettingKey& key,
               const Value& word,
               std::optional<T>& target,
               const Rule&... rule) {
    if (describes()) {
      T inner = target.value_or(T{});
      read(key, inner, rule...);
      problems_->schema()->also_takes(path_of(key), word, !target);
      return false;
    }
    const Value* value = find(key);
    if (value == nullptr) return false;
    if (*value == word) {
      target.reset();
      return true;
    }
    T inner{};
    const std::string words = words_for(&inner);
    if (word.is_string() && value->is_string() && words != "text") {
      report_wrong_type(key, words + " or " + word.to_json(), *value);
      return false;
    }
    if (!read(key, inner, rule...)) return false;
    target = std::move(inner);
    return true;
  }

  const Value* value_;
  std::string path_;
  SettingsProblems* problems_;
  std::vector<std::string> known_;
};

}  // namespace saker
