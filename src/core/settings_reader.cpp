#include "core/settings_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace saker {
namespace {

const Value kEmptyMap = Value::Object();

std::string index_path(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

std::string with_article(const std::string& words) {
  if (words.starts_with("text") || words.starts_with("two ")) return words;
  const bool has_vowel = words.starts_with("i");
  return fmt::format("{} {}", has_vowel ? "an" : "a", words);
}

bool check_rule(const NumberRule& rule,
                double number,
                const std::string& path,
                SettingsProblems& problems) {
  const std::string requirement = rule.broken_by(number);
  if (requirement.empty()) return true;
  problems.bad_value(path, fmt::format("{} but got {}", requirement, number));
  return false;
}

bool read_number(const Value& value,
                 std::int64_t& target,
                 const NumberRule& rule,
                 const std::string& path,
                 SettingsProblems& problems) {
  if (!value.is_int()) {
    problems.wrong_type(path, "an integer", value);
    return false;
  }
  if (!check_rule(rule, static_cast<double>(value.as_int()), path, problems)) return false;
  target = value.as_int();
  return true;
}

bool read_number(const Value& value,
                 double& target,
                 const NumberRule& rule,
                 const std::string& path,
                 SettingsProblems& problems) {
  if (!value.is_number()) {
    problems.wrong_type(path, "a number", value);
    return false;
  }
  if (!check_rule(rule, value.as_double(), path, problems)) return false;
  target = value.as_double();
  return true;
}

template <typename T>
bool read_numbers(const Value* value,
                  std::vector<T>& target,
                  const NumberRule& rule,
                  const std::string& path,
                  SettingsProblems& problems) {
  if (value == nullptr) return false;
  if (!value->is_array()) {
    problems.wrong_type(path, "a list of numbers", *value);
    return false;
  }
  std::vector<T> numbers(value->as_array().size());
  bool good = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    good =
        read_number(value->as_array()[i], numbers[i], rule, index_path(path, i), problems) && good;
  }
  if (good) target = std::move(numbers);
  return good;
}

template <typename T>
bool read_pair(const Value* value,
               std::array<T, 2>& target,
               const NumberRule& rule,
               const std::string& path,
               SettingsProblems& problems) {
  std::vector<T> numbers;
  if (!read_numbers(value, numbers, rule, path, problems)) return false;
  if (numbers.size() != 2) {
    problems.wrong_type(path, "a list of two numbers", *value);
    return false;
  }
  target = {numbers[0], numbers[1]};
  return true;
}

template <typename Numbers>
Value list_value(const Numbers& numbers) {
  return Value::Array(numbers.begin(), numbers.end());
}

}  // namespace

SettingsReader::SettingsReader(const Value& value, std::string path, SettingsProblems& problems)
    : value_(&value), path_(std::move(path)), problems_(&problems) {
  if (value.is_null()) {
    value_ = &kEmptyMap;
  } else if (!value.is_object()) {
    problems.wrong_type(path_, "a map", value);
    value_ = &kEmptyMap;
  }
}

std::string SettingsReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

std::string SettingsReader::path_of(const SettingKey& key) const {
  return path_of(!key.alias.empty() && has(key.alias) ? key.alias : key.name);
}

const Value* SettingsReader::find(const SettingKey& key) {
  const bool is_first = std::find(known_.begin(), known_.end(), key.name) == known_.end();
  known_.emplace_back(key.name);
  if (key.alias.empty()) return value_->find(key.name);
  known_.emplace_back(key.alias);
  if (!has(key.alias)) return value_->find(key.name);
  if (is_first && has(key.name)) {
    problems_->bad_value(path_of(key.alias),
                         fmt::format("is the same as {}; give one of them", key.name));
  }
  return value_->find(key.alias);
}

const Value* SettingsReader::find(const SettingKey& key, const SettingForm& form) {
  if (!describes()) return find(key);
  describe(key, form);
  return nullptr;
}

void SettingsReader::describe(const SettingKey& key, const SettingForm& form) {
  problems_->schema()->add({.path = path_of(key.name),
                            .type = form.type,
                            .range = form.range,
                            .default_value = form.default_value,
                            .meaning = std::string(key.meaning),
                            .alias = std::string(key.alias)});
}

void SettingsReader::report_wrong_type(const SettingKey& key,
                                       const std::string& words,
                                       const Value& value) {
  problems_->wrong_type(path_of(key), with_article(words), value);
}

bool SettingsReader::read(const SettingKey& key, bool& target) {
  const Value* value = find(key, {words_for(&target), target});
  if (value == nullptr) return false;
  if (!value->is_bool()) {
    report_wrong_type(key, words_for(&target), *value);
    return false;
  }
  target = value->as_bool();
  return true;
}

bool SettingsReader::read(const SettingKey& key, std::int64_t& target, const NumberRule& rule) {
  const Value* value = find(key, {words_for(&target), target, rule.words()});
  return value != nullptr && read_number(*value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(const SettingKey& key, double& target, const NumberRule& rule) {
  const Value* value = find(key, {words_for(&target), target, rule.words()});
  return value != nullptr && read_number(*value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(const SettingKey& key, std::string& target) {
  const Value* value = find(key, {words_for(&target), target});
  if (value == nullptr) return false;
  if (!value->is_string()) {
    report_wrong_type(key, words_for(&target), *value);
    return false;
  }
  target = value->as_string();
  return true;
}

bool SettingsReader::read(const SettingKey& key,
                          std::vector<double>& target,
                          const NumberRule& rule) {
  const Value* value = find(key, {words_for(&target), list_value(target), rule.words()});
  return read_numbers(value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(const SettingKey& key,
                          std::vector<std::int64_t>& target,
                          const NumberRule& rule) {
  const Value* value = find(key, {words_for(&target), list_value(target), rule.words()});
  return read_numbers(value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(const SettingKey& key,
                          std::array<double, 2>& target,
                          const NumberRule& rule) {
  const Value* value = find(key, {words_for(&target), list_value(target), rule.words()});
  return read_pair(value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(const SettingKey& key,
                          std::array<std::int64_t, 2>& target,
                          const NumberRule& rule) {
  const Value* value = find(key, {words_for(&target), list_value(target), rule.words()});
  return read_pair(value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(const SettingKey& key, std::vector<std::string>& target) {
  const Value* value = find(key, {words_for(&target), list_value(target)});
  if (value == nullptr) return false;
  const auto is_text = [](const Value& item) { return item.is_string(); };
  if (!value->is_array() || !std::ranges::all_of(value->as_array(), is_text)) {
    report_wrong_type(key, words_for(&target), *value);
    return false;
  }
  target.clear();
  for (const Value& item : value->as_array()) target.push_back(item.as_string());
  return true;
}

bool SettingsReader::read_choice(const SettingKey& key,
                                 std::string& target,
                                 const std::vector<std::string>& choices) {
  const std::string range = fmt::format("one of {}", fmt::join(choices, ", "));
  const Value* value = find(key, {words_for(&target), target, range});
  if (value == nullptr) return false;
  if (!value->is_string() ||
      std::find(choices.begin(), choices.end(), value->as_string()) == choices.end()) {
    problems_->bad_value(path_of(key),
                         fmt::format("must be {} but got {}", range, value->to_json()));
    return false;
  }
  target = value->as_string();
  return true;
}

bool SettingsReader::read_map(const SettingKey& key, Value& target) {
  const Value* value = find(key, {"map", target.is_null() ? kEmptyMap : target});
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_object()) {
    report_wrong_type(key, "map", *value);
    return false;
  }
  target = *value;
  return true;
}

SettingsReader SettingsReader::section(const SettingKey& key) {
  const Value* value = find(key, {"map", kEmptyMap});
  return {value == nullptr ? kEmptyMap : *value, path_of(key), *problems_};
}

const Value* SettingsReader::find_group(const SettingKey& key, bool is_on, GroupSwitch words) {
  const bool takes_booleans = words == GroupSwitch::kNullOrWords;
  const std::string type = takes_booleans ? "map, boolean or null" : "map or null";
  const Value* value = find(key, {type, is_on ? kEmptyMap : Value()});
  if (describes()) return &kEmptyMap;
  static const Value off;
  if (value == nullptr || value->is_null() || value->is_object()) return value;
  if (takes_booleans && value->is_bool()) return value->as_bool() ? &kEmptyMap : &off;
  report_wrong_type(key, "map or null", *value);
  return nullptr;
}

void SettingsReader::finish() {
  for (const auto& [key, value] : value_->as_object()) {
    const std::string name = key_text(key);
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      problems_->unknown_key(path_of(name), known_);
  }
}

}  // namespace saker
