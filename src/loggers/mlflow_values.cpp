#include "loggers/mlflow_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "loggers/flat_settings.hpp"

namespace saker {
namespace {

constexpr std::size_t kParameterLength = 250;

bool is_key_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '/' || c == '.' || c == ' ' || c == '-';
}

bool is_kept(const std::string& path, const Value& value) {
  if (path == "logger_args/mlflow/run_id") return false;
  const bool only_when_true = path == "resume_interrupted" || path == "overwrite";
  return !only_when_true || (value.is_bool() && value.as_bool());
}

}  // namespace

std::string mlflow_key(std::string_view key) {
  std::string kept;
  std::copy_if(key.begin(), key.end(), std::back_inserter(kept), is_key_character);
  return kept;
}

std::string cut_text(std::string_view text, std::size_t length) {
  std::size_t characters = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins_character = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins_character && characters++ == length) break;
  }
  return std::string(text.substr(0, end));
}

std::string parameter_text(const Value& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  if (value.is_string()) return value.as_string();
  if (!value.is_array()) return value.to_json();
  std::string text = "[";
  for (const Value& element : value.as_array()) {
    if (text.size() > 1) text += ", ";
    text += element.is_string() ? "'" + element.as_string() + "'" : parameter_text(element);
  }
  return text + "]";
}

std::vector<MlflowParameter> mlflow_parameters(const Value& settings) {
  std::vector<MlflowParameter> parameters;
  for_each_setting(settings, [&](const std::string& path, const Value& value) {
    const std::string key = mlflow_key(path);
    if (is_kept(path, value) && !key.empty())
      parameters.push_back({key, cut_text(parameter_text(value), kParameterLength)});
  });
  return parameters;
}

std::optional<std::string> mlflow_quoted(const std::string& text) {
  if (text.find('\'') == std::string::npos) return "'" + text + "'";
  if (text.find('"') == std::string::npos) return "\"" + text + "\"";
  return std::nullopt;
}

std::string mlflow_image_name(const std::string& tag,
                              std::int64_t step,
                              std::int64_t timestamp_ms,
                              const std::string& uuid) {
  std::string name = tag;
  std::replace(name.begin(), name.end(), '/', '~');
  return fmt::format("images/{}+step+{}+timestamp+{}+{}", name, step, timestamp_ms, uuid);
}

std::string random_uuid() {
  std::random_device device;
  std::uint32_t words[4];
  for (std::uint32_t& word : words) word = device();
  words[1] = (words[1] & 0xFFFF0FFFU) | 0x00004000U;
  words[2] = (words[2] & 0x3FFFFFFFU) | 0x80000000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}",
                     words[0],
                     words[1] >> 16U,
                     words[1] & 0xFFFFU,
                     words[2] >> 16U,
                     words[2] & 0xFFFFU,
                     words[3]);
}

}  // namespace saker
