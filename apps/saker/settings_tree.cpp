#include "settings_tree.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/yaml.hpp"
#include "saker/error.hpp"

namespace saker {

void set_at_path(Value& tree, const std::string& path, Value value) {
  Value* node = &tree;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t dot = path.find('.', begin);
    const std::string key =
        path.substr(begin, dot == std::string::npos ? std::string::npos : dot - begin);
    if (key.empty())
      throw Error(ErrorKind::kUsage, fmt::format("'{}' is no key; write key.sub=value", path));
    if (!node->is_null() && !node->is_object()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("'{}': '{}' holds {}, which has no keys",
                              path,
                              path.substr(0, begin - 1),
                              node->to_json()));
    }
    node = &(*node)[key];
    if (dot == std::string::npos) break;
    begin = dot + 1;
  }
  *node = std::move(value);
}

void apply_overrides(Value& tree, const std::vector<std::string>& overrides) {
  for (const std::string& text : overrides) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("'{}' is no setting; write key=value or key.sub=value", text));
    }
    set_at_path(tree, text.substr(0, equals), parse_yaml(text.substr(equals + 1), text));
  }
}

Value read_settings_file(const std::string& path) {
  if (path.empty()) return Value::Object();
  Value tree = read_yaml_file(path);
  if (tree.is_null()) return Value::Object();
  if (!tree.is_object())
    throw Error(ErrorKind::kUsage, fmt::format("{}: must hold a map of settings", path));
  return tree;
}

}  // namespace saker
