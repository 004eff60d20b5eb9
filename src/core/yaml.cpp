#include "core/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr int kMaxDepth = 64;

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_float(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  const std::string_view magnitude = negative ? text.substr(1) : text;
  if (magnitude == ".inf" || magnitude == ".Inf" || magnitude == ".INF") {
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::nan("");
  if (magnitude.empty() || (magnitude[0] != '.' && (magnitude[0] < '0' || magnitude[0] > '9')))
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto integer = parse_integer(text)) return *integer;
  if (const auto number = parse_float(text)) return *number;
  return text;
}

Value convert(const YAML::Node& node, const std::string& source, int depth) {
  const int line = node.Mark().line + 1;
  if (depth > kMaxDepth) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}:{}: nested deeper than {} levels", source, line, kMaxDepth));
  }
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    Value::Array array;
    for (const YAML::Node& element : node) array.push_back(convert(element, source, depth + 1));
    return array;
  }
  if (node.IsMap()) {
    Value::Object object;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("{}:{}: a key must be text or an integer", source, line));
      }
      const Value key_value = scalar(member.first);
      Value::Key key = member.first.Scalar();
      if (key_value.is_int()) key = key_value.as_int();
      for (const auto& [known, ignored] : object) {
        if (known == key) {
          throw Error(ErrorKind::kUsage,
                      fmt::format("{}:{}: key '{}' stands twice",
                                  source,
                                  member.first.Mark().line + 1,
                                  key_text(key)));
        }
      }
      object.emplace_back(std::move(key), convert(member.second, source, depth + 1));
    }
    return object;
  }
  return {};
}

}  // namespace

Value parse_yaml(const std::string& text, const std::string& source) {
  try {
    return convert(YAML::Load(text), source, 0);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}:{}: not valid YAML: {}", source, error.mark.line + 1, error.msg));
  }
}

Value read_yaml_file(const std::filesystem::path& path) {
  return parse_yaml(read_text_file(path, std::uint64_t{1} << 26), path.string());
}

}  // namespace saker
