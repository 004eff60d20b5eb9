#include "weights/pickle_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr int kMaxDepth = 1000;
constexpr int kMaxValues = 10'000'000;
// Weights keep their own names.
constexpr std::string_view kWeights = "train_model";

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::kCheckpoint, what); }

std::string joined(const std::string& path, const PickleValue& key) {
  const std::string name = key.is_string() ? key.as_string()
                           : key.is_int()  ? std::to_string(key.as_int())
                                           : key.type_name();
  return path.empty() ? name : path + "." + name;
}

bool holds_only_named_tensors(const PickleDict& dict) {
  return !dict.items.empty() && std::ranges::all_of(dict.items, [](const auto& item) {
    return item.first.is_string() && item.second.is_tensor();
  });
}

class Encoder {
 public:
  explicit Encoder(TensorNames& tensors) : tensors_(tensors) {}

  PickleJson encode(const PickleValue& value, const std::string& path, int depth) {
    if (depth > kMaxDepth) refuse(fmt::format("nests objects deeper than {}", kMaxDepth));
    // Shared objects could make a small file a huge text.
    if (--budget_ < 0) refuse(fmt::format("holds more than {} values", kMaxValues));
    if (value.is_none()) return nullptr;
    if (value.is_bool()) return value.as_bool();
    if (value.is_int()) return value.as_int();
    if (value.is_double()) return number(value.as_double());
    if (value.is_string()) return value.as_string();
    if (value.is_bytes()) return {{"$bytes", hexadecimal(value.as_bytes().data)}};
    if (value.is_list()) return sequence(value, path, depth);
    if (value.is_tuple()) return {{"$tuple", sequence(value, path, depth)}};
    if (value.is_dict()) return dict(value.as_dict(), path, depth);
    if (value.is_tensor()) return {{"$tensor", tensors_.add(value.as_tensor(), path)}};
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format(
            "{} is a Python object of class {}, which cannot be written", path, value.type_name()));
  }

 private:
  static PickleJson number(double value) {
    if (std::isfinite(value)) return value;
    return {{"$float", std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"}};
  }

  static std::string hexadecimal(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return text;
  }

  PickleJson sequence(const PickleValue& value, const std::string& path, int depth) {
    PickleJson json = PickleJson::array();
    for (const PickleValue& item : value.as_sequence()) {
      json.push_back(encode(item, joined(path, static_cast<std::int64_t>(json.size())), depth + 1));
    }
    return json;
  }

  PickleJson dict(const PickleDict& dict, const std::string& path, int depth) {
    if (holds_only_named_tensors(dict)) {
      const std::string prefix = path.empty() || path == kWeights ? "" : path + ".";
      if (tensors_.add_all(dict, prefix)) return named_tensors(dict, prefix);
    }
    const bool is_plain = !dict.ordered && std::ranges::all_of(dict.items, [](const auto& item) {
      return item.first.is_string() && !item.first.as_string().starts_with('$');
    });
    PickleJson json = is_plain ? PickleJson::object() : PickleJson::array();
    for (const auto& [key, item] : dict.items) {
      PickleJson encoded = encode(item, joined(path, key), depth + 1);
      if (is_plain) {
        json[key.as_string()] = std::move(encoded);
      } else {
        json.push_back(PickleJson::array({encode(key, path, depth + 1), std::move(encoded)}));
      }
    }
    if (is_plain) return json;
    return {{dict.ordered ? "$ordered_dict" : "$dict", std::move(json)}};
  }

  static PickleJson named_tensors(const PickleDict& dict, const std::string& prefix) {
    PickleJson names = PickleJson::array();
    for (const auto& item : dict.items) names.push_back(item.first.as_string());
    PickleJson json = {{"$tensors", std::move(names)}};
    if (!prefix.empty()) json["$prefix"] = prefix;
    if (dict.ordered) json["$ordered"] = true;
    return json;
  }

  TensorNames& tensors_;
  int budget_ = kMaxValues;
};

// A dict whose keys come once.
class DictBuilder {
 public:
  explicit DictBuilder(bool ordered) : dict_{.items = {}, .ordered = ordered} {}

  void set(PickleValue key, PickleValue value) {
    const bool is_new = key.is_string() ? texts_.insert(key.as_string()).second
                        : key.is_int()  ? numbers_.insert(key.as_int()).second
                                        : true;
    if (!is_new) refuse("has a dict in which a key comes twice");
    dict_.set(std::move(key), std::move(value));
  }
  PickleDict take() { return std::move(dict_); }

 private:
  PickleDict dict_;
  std::unordered_set<std::string> texts_;
  std::unordered_set<std::int64_t> numbers_;
};

class Decoder {
 public:
  explicit Decoder(const std::function<PickleValue(const std::string&)>& tensor_named)
      : tensor_named_(tensor_named) {}

  PickleValue decode(const PickleJson& json, int depth) const {
    if (depth > kMaxDepth) refuse(fmt::format("nests objects deeper than {}", kMaxDepth));
    switch (json.type()) {
      case PickleJson::value_t::null:
        return nullptr;
      case PickleJson::value_t::boolean:
        return json.get<bool>();
      case PickleJson::value_t::number_integer:
        return json.get<std::int64_t>();
      case PickleJson::value_t::number_unsigned:
        if (json.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
          refuse(fmt::format("the number {} is out of range", json.get<std::uint64_t>()));
        return json.get<std::int64_t>();
      case PickleJson::value_t::number_float:
        return json.get<double>();
      case PickleJson::value_t::string:
        return json.get<std::string>();
      case PickleJson::value_t::array:
        return PickleList{items(json, depth)};
      case PickleJson::value_t::object:
        return object(json, depth);
      default:
        refuse("holds something that is no JSON");
    }
  }

 private:
  std::vector<PickleValue> items(const PickleJson& json, int depth) const {
    if (!json.is_array()) refuse(fmt::format("has {} where a list is expected", json.dump()));
    std::vector<PickleValue> values;
    for (const PickleJson& item : json) values.push_back(decode(item, depth + 1));
    return values;
  }

  PickleValue object(const PickleJson& json, int depth) const {
    if (json.empty() || !json.begin().key().starts_with('$')) {
      DictBuilder dict(false);
      for (const auto& [key, item] : json.items()) dict.set(key, decode(item, depth + 1));
      return dict.take();
    }
    const std::string& tag = json.begin().key();
    const PickleJson& content = json.begin().value();
    if (tag == "$tuple") return PickleTuple{items(content, depth)};
    if (tag == "$dict" || tag == "$ordered_dict")
      return pairs(content, tag == "$ordered_dict", depth);
    if (tag == "$tensors") return named_tensors(json);
    if (!content.is_string()) refuse(fmt::format("has no text under {}", tag));
    const auto text = content.get<std::string>();
    if (tag == "$tensor") return tensor_named_(text);
    if (tag == "$bytes") return bytes(text);
    if (tag == "$float") return special_float(text);
    refuse(fmt::format("has the unknown mark {}; was it written by a newer version?", tag));
  }

  PickleDict pairs(const PickleJson& json, bool ordered, int depth) const {
    if (!json.is_array()) refuse("has a dict that is no list of pairs");
    DictBuilder dict(ordered);
    for (const PickleJson& pair : json) {
      if (!pair.is_array() || pair.size() != 2) refuse("has a dict that is no list of pairs");
      dict.set(decode(pair[0], depth + 1), decode(pair[1], depth + 1));
    }
    return dict.take();
  }

  PickleDict named_tensors(const PickleJson& json) const {
    const auto text = [](const PickleJson& name) {
      if (!name.is_string()) refuse("has a tensor whose name is no text");
      return name.get<std::string>();
    };
    const auto prefix = json.find("$prefix");
    const auto ordered = json.find("$ordered");
    DictBuilder dict(ordered != json.end() && *ordered == true);
    if (!json.begin()->is_array()) refuse("has tensors that are no list of names");
    for (const PickleJson& item : *json.begin()) {
      const std::string name = text(item);
      dict.set(name, tensor_named_(prefix == json.end() ? name : text(*prefix) + name));
    }
    return dict.take();
  }

  static PickleValue bytes(const std::string& text) {
    const auto digit = [](char c) {
      if (c >= '0' && c <= '9') return c - '0';
      if (c >= 'a' && c <= 'f') return c - 'a' + 10;
      refuse("has bytes that are no hexadecimal digits");
    };
    if (text.size() % 2 != 0) refuse("has bytes that are no hexadecimal digits");
    PickleBytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2)
      bytes.data.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
    return bytes;
  }

  static double special_float(const std::string& text) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") return kInfinity;
    if (text == "-inf") return -kInfinity;
    refuse(fmt::format("has the number '{}'", text));
  }

  const std::function<PickleValue(const std::string&)>& tensor_named_;
};

}  // namespace

PickleJson pickle_to_json(const PickleValue& value, const std::string& path, TensorNames& tensors) {
  return Encoder(tensors).encode(value, path, 0);
}

PickleValue pickle_from_json(const PickleJson& json,
                             const std::function<PickleValue(const std::string&)>& tensor_named) {
  return Decoder(tensor_named).decode(json, 0);
}

}  // namespace saker
