#include "core/settings_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/nearest_name.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const Value kEmptyMap = Value::Object();

std::string index_path(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

bool check_rule(const NumberRule& rule,
                double number,
                const std::string& path,
                SettingsProblems& problems) {
  const std::string requirement = rule(number);
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

}  // namespace

void SettingsProblems::missing_key(const std::string& path) {
  lines_.push_back(fmt::format("Missing key: '{}'", path));
}

void SettingsProblems::unknown_key(const std::string& path, const std::string& nearest) {
  const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
  lines_.push_back(fmt::format("Unknown key: '{}'{}", path, hint));
}

void SettingsProblems::wrong_type(const std::string& path,
                                  const std::string& expected,
                                  const Value& value) {
  lines_.push_back(fmt::format("Invalid type for key '{}': expected {} but got {} with type '{}'",
                               path,
                               expected,
                               value.to_json(),
                               value.type_name()));
}

void SettingsProblems::bad_value(const std::string& path, const std::string& message) {
  lines_.push_back(fmt::format("Error for key '{}': {}", path, message));
}

void SettingsProblems::throw_if_any() const {
  if (lines_.empty()) return;
  // One problem fits on one line; several are listed under a heading.
  if (lines_.size() == 1) throw Error(ErrorKind::kUsage, lines_[0]);
  throw Error(
      ErrorKind::kUsage,
      fmt::format(
          "Found {} errors in the config!\n  {}", lines_.size(), fmt::join(lines_, "\n  ")));
}

NumberRule at_least(double minimum) {
  return [minimum](double value) {
    return value >= minimum ? "" : fmt::format("must be at least {}", minimum);
  };
}

NumberRule more_than(double minimum) {
  return [minimum](double value) {
    return value > minimum ? "" : fmt::format("must be more than {}", minimum);
  };
}

NumberRule between(double minimum, double maximum) {
  return [minimum, maximum](double value) {
    return value >= minimum && value <= maximum
               ? ""
               : fmt::format("must lie in [{}, {}]", minimum, maximum);
  };
}

NumberRule any_number() {
  return [](double) { return std::string(); };
}

SettingsReader::SettingsReader(const Value& value, std::string path, SettingsProblems& problems)
    : value_(&value), path_(std::move(path)), problems_(&problems) {
  if (value.is_null()) {
    value_ = &kEmptyMap;
  } else if (!value.is_object()) {
    problems.wrong_type(path_, "a map", value);
    value_ = &kEmptyMap;
  }
}

std::string SettingsReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const Value* SettingsReader::find(std::string_view key) {
  known_.emplace_back(key);
  return value_->find(key);
}

bool SettingsReader::read(std::string_view key, bool& target) {
  const Value* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_bool()) {
    problems_->wrong_type(path_of(key), "a boolean", *value);
    return false;
  }
  target = value->as_bool();
  return true;
}

bool SettingsReader::read(std::string_view key, std::int64_t& target, const NumberRule& rule) {
  const Value* value = find(key);
  return value != nullptr && read_number(*value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(std::string_view key, double& target, const NumberRule& rule) {
  const Value* value = find(key);
  return value != nullptr && read_number(*value, target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(std::string_view key, std::string& target) {
  const Value* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_string()) {
    problems_->wrong_type(path_of(key), "text", *value);
    return false;
  }
  target = value->as_string();
  return true;
}

bool SettingsReader::read(std::string_view key,
                          std::vector<double>& target,
                          const NumberRule& rule) {
  return read_numbers(find(key), target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(std::string_view key,
                          std::vector<std::int64_t>& target,
                          const NumberRule& rule) {
  return read_numbers(find(key), target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(std::string_view key,
                          std::array<double, 2>& target,
                          const NumberRule& rule) {
  return read_pair(find(key), target, rule, path_of(key), *problems_);
}

bool SettingsReader::read(std::string_view key,
                          std::array<std::int64_t, 2>& target,
                          const NumberRule& rule) {
  return read_pair(find(key), target, rule, path_of(key), *problems_);
}

bool SettingsReader::read_choice(std::string_view key,
                                 std::string& target,
                                 const std::vector<std::string>& choices) {
  const Value* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_string() ||
      std::find(choices.begin(), choices.end(), value->as_string()) == choices.end()) {
    problems_->bad_value(
        path_of(key),
        fmt::format("must be one of {} but got {}", fmt::join(choices, ", "), value->to_json()));
    return false;
  }
  target = value->as_string();
  return true;
}

void SettingsReader::finish() {
  for (const auto& [key, value] : value_->as_object()) {
    const std::string name = key_text(key);
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::vector<std::string> nearest = nearest_names(name, known_);
    problems_->unknown_key(path_of(name), nearest.empty() ? "" : nearest[0]);
  }
}

}  // namespace saker
