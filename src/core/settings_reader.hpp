// Strict reading of settings trees into plain structs.
//
//   SettingsProblems problems;
//   SettingsReader reader(args.model_args, "model_args", problems);
//   reader.read("lr", recipe.lr);
//   reader.read("lr_warmup_steps", recipe.lr_warmup_steps, at_least(0));
//   reader.finish();            // unknown keys, with the nearest known one
//   problems.throw_if_any();    // all problems at once
//
// Types are strict: no text for numbers, no floats for integers, no booleans for either; integers
// are taken where floats are expected.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "saker/value.hpp"

namespace saker {

// Everything that is wrong with the settings of a run, each with its dotted path.
class SettingsProblems {
 public:
  void missing_key(const std::string& path);
  void unknown_key(const std::string& path, const std::string& nearest);
  void wrong_type(const std::string& path, const std::string& expected, const Value& value);
  void bad_value(const std::string& path, const std::string& message);

  bool empty() const noexcept { return lines_.empty(); }
  const std::vector<std::string>& lines() const noexcept { return lines_; }
  // Throws Error (usage) that lists every problem, if there is one.
  void throw_if_any() const;

 private:
  std::vector<std::string> lines_;
};

// A range check: empty text when the value is fine, otherwise what it must be.
using NumberRule = std::function<std::string(double)>;
NumberRule at_least(double minimum);
NumberRule more_than(double minimum);
NumberRule between(double minimum, double maximum);
NumberRule any_number();

class SettingsReader {
 public:
  // A null value reads as an empty map. `value` must outlive the reader.
  SettingsReader(const Value& value, std::string path, SettingsProblems& problems);

  // Each leaves the target as it is when the key is absent, and returns whether it was there and
  // right.
  bool read(std::string_view key, bool& target);
  bool read(std::string_view key, std::int64_t& target, const NumberRule& rule = any_number());
  bool read(std::string_view key, double& target, const NumberRule& rule = any_number());
  bool read(std::string_view key, std::string& target);
  bool read(std::string_view key,
            std::vector<double>& target,
            const NumberRule& rule = any_number());
  bool read(std::string_view key,
            std::vector<std::int64_t>& target,
            const NumberRule& rule = any_number());
  bool read(std::string_view key,
            std::array<double, 2>& target,
            const NumberRule& rule = any_number());
  bool read(std::string_view key,
            std::array<std::int64_t, 2>& target,
            const NumberRule& rule = any_number());
  // null clears the optional.
  template <typename T, typename... Rule>
  bool read(std::string_view key, std::optional<T>& target, const Rule&... rule) {
    const Value* value = find(key);
    if (value == nullptr) return false;
    if (value->is_null()) {
      target.reset();
      return true;
    }
    T read_value{};
    if (!read(key, read_value, rule...)) return false;
    target = std::move(read_value);
    return true;
  }
  // One of the given words.
  bool read_choice(std::string_view key,
                   std::string& target,
                   const std::vector<std::string>& choices);

  // The value of a key, marked as known; nullptr when absent.
  const Value* find(std::string_view key);
  std::string path_of(std::string_view key) const;
  SettingsProblems& problems() { return *problems_; }

  // Reports every key that nobody asked for.
  void finish();

 private:
  const Value* value_;
  std::string path_;
  SettingsProblems* problems_;
  std::vector<std::string> known_;
};

}  // namespace saker
