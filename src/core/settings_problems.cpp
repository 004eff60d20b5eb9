#include "core/settings_problems.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "core/nearest_name.hpp"
#include "saker/error.hpp"

namespace saker {

void SettingsProblems::add(std::string line) {
  if (schema_ == nullptr) lines_.push_back(std::move(line));
}

void SettingsProblems::missing_key(const std::string& path) {
  if (schema_ != nullptr) schema_->require(path);
  add(fmt::format("Missing key: '{}'", path));
}

void SettingsProblems::unknown_key(const std::string& path,
                                   const std::vector<std::string>& known_beside_it) {
  const SettingsSchema elsewhere = known_ ? known_() : SettingsSchema();
  std::string hint = elsewhere.same_name(path);
  if (hint.empty()) {
    const std::vector<std::string> nearest =
        nearest_names(std::string_view(path).substr(path.rfind('.') + 1), known_beside_it);
    hint = nearest.empty() ? elsewhere.nearest(path) : nearest[0];
  }
  add(fmt::format(
      "Unknown key: '{}'{}", path, hint.empty() ? "" : fmt::format("; did you mean '{}'?", hint)));
}

void SettingsProblems::wrong_type(const std::string& path,
                                  const std::string& expected,
                                  const Value& value) {
  add(fmt::format("Invalid type for key '{}': expected {} but got {} with type '{}'",
                  path,
                  expected,
                  value.to_json(),
                  value.type_name()));
}

void SettingsProblems::bad_value(const std::string& path, const std::string& message) {
  add(fmt::format("Error for key '{}': {}", path, message));
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

}  // namespace saker
