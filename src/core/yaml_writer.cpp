#include "core/yaml_writer.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>

namespace saker {
namespace {

bool is_scalar(const Value& value) { return !value.is_array() && !value.is_object(); }

// The shortest text that reads back as the same float, and never as an integer.
std::string float_text(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

void emit(YAML::Emitter& out, const Value& value) {
  if (value.is_null()) {
    out << YAML::Null;
  } else if (value.is_bool()) {
    out << value.as_bool();
  } else if (value.is_int()) {
    out << std::to_string(value.as_int());
  } else if (value.is_double()) {
    out << float_text(value.as_double());
  } else if (value.is_string()) {
    out << YAML::DoubleQuoted << value.as_string();
  } else if (value.is_array()) {
    const Value::Array& array = value.as_array();
    if (std::all_of(array.begin(), array.end(), is_scalar)) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Value& element : array) emit(out, element);
    out << YAML::EndSeq;
  } else {
    if (value.as_object().empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [key, member] : value.as_object()) {
      out << YAML::Key << key_text(key) << YAML::Value;
      emit(out, member);
    }
    out << YAML::EndMap;
  }
}

}  // namespace

std::string to_yaml(const Value& value) {
  YAML::Emitter out;
  emit(out, value);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace saker
