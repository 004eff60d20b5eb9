#include "core/json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kMaxDepth = 64;

// Builds the tree while the parser reads, so that depth is bounded before it is taken.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(const std::string& source) : source_(source) {}

  Value take() { return std::move(root_); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override {
    return add(static_cast<std::int64_t>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX))
      return add(static_cast<std::int64_t>(value));
    return add(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(Value::Object()); }
  bool start_array(std::size_t /*size*/) override { return open(Value::Array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    keys_.back() = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position,
                   const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    throw Error(ErrorKind::kData, fmt::format("{}: no JSON at byte {}", source_, position));
  }

 private:
  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_array()) {
      open_.back().as_array().push_back(std::move(value));
    } else {
      open_.back().as_object().emplace_back(std::move(keys_.back()), std::move(value));
    }
    return true;
  }
  bool open(Value value) {
    if (open_.size() == kMaxDepth) {
      throw Error(ErrorKind::kData,
                  fmt::format("{}: nested deeper than {} levels", source_, kMaxDepth));
    }
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Value value = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(value));
  }

  const std::string& source_;
  Value root_;
  std::vector<Value> open_;
  std::vector<std::string> keys_;  // of the next member of each
};

}  // namespace

Value parse_json(const std::string& text, const std::string& source) {
  TreeBuilder builder(source);
  nlohmann::json::sax_parse(text, &builder);
  return builder.take();
}

Value read_json_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return parse_json(read_text_file(path, max_bytes), path.string());
}

}  // namespace saker
