#include "weights/weights_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include "saker/error.hpp"
#include "weights/byte_source.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/safetensors.hpp"
#include "weights/safetensors_checkpoint.hpp"

namespace saker {
namespace {

constexpr const char* kSafetensors = ".safetensors";

// A safetensors file begins with the size of its header in eight bytes, and a brace.
bool is_safetensors(const std::filesystem::path& path) {
  const FileSource file(path);
  std::array<std::byte, 9> start{};
  if (file.size() >= start.size()) file.read(0, start);
  if (start[0] == std::byte{'P'} && start[1] == std::byte{'K'}) return false;
  return start[8] == std::byte{'{'} || path.extension() == kSafetensors;
}

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

class OpaqueRemoval {
 public:
  explicit OpaqueRemoval(std::vector<std::string>& left_out) : left_out_(left_out) {}

  PickleValue clean(const PickleValue& value, const std::string& path) {
    if (value.is_opaque()) {
      left_out_.push_back(fmt::format("{} ({})", path, value.type_name()));
      return nullptr;
    }
    if (!value.is_list() && !value.is_tuple() && !value.is_dict()) return value;
    // An object in several places is cleaned once, and stays one.
    const void* identity = std::visit(
        [](const auto& data) -> const void* {
          if constexpr (requires { data.get(); }) return data.get();
          return nullptr;
        },
        value.data());
    if (const auto known = cleaned_.find(identity); known != cleaned_.end()) return known->second;
    const PickleValue result = value.is_dict()    ? PickleValue(dict(value.as_dict(), path))
                               : value.is_tuple() ? PickleValue(PickleTuple{items(value, path)})
                                                  : PickleValue(PickleList{items(value, path)});
    return cleaned_.emplace(identity, result).first->second;
  }

 private:
  PickleDict dict(const PickleDict& from, const std::string& path) {
    PickleDict result{.items = {}, .ordered = from.ordered};
    for (const auto& [key, item] : from.items) {
      const std::string name = key.is_string() ? key.as_string()
                               : key.is_int()  ? std::to_string(key.as_int())
                                               : key.type_name();
      result.set(clean(key, joined(path, name)), clean(item, joined(path, name)));
    }
    return result;
  }

  std::vector<PickleValue> items(const PickleValue& sequence, const std::string& path) {
    std::vector<PickleValue> cleaned;
    for (const PickleValue& item : sequence.as_sequence()) {
      cleaned.push_back(clean(item, joined(path, std::to_string(cleaned.size()))));
    }
    return cleaned;
  }

  std::vector<std::string>& left_out_;
  std::unordered_map<const void*, PickleValue> cleaned_;
};

}  // namespace

PickleValue read_weights_file(const std::filesystem::path& path,
                              std::vector<std::string>* left_out) {
  if (!is_safetensors(path)) return read_checkpoint(path);
  const SafetensorsFile file = read_safetensors(path);
  if (left_out != nullptr) {
    for (const std::string& key : foreign_metadata(file)) left_out->push_back("metadata " + key);
  }
  try {
    return from_safetensors(file);
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
}

bool has_weights_ending(const std::filesystem::path& path) {
  static constexpr std::string_view kEndings[] = {".pt", ".pth", ".ckpt", kSafetensors};
  return std::ranges::find(kEndings, path.extension().string()) != std::end(kEndings);
}

void write_weights_file(const std::filesystem::path& path, const PickleValue& value) {
  if (!has_weights_ending(path)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: the ending tells the format; name a file that ends in .pt, .ckpt "
                            "or .safetensors",
                            path.string()));
  }
  if (path.extension() != kSafetensors) {
    write_checkpoint(path, value, path.extension() == ".ckpt" ? "archive" : path.stem().string());
    return;
  }
  SafetensorsFile file;
  try {
    file = to_safetensors(value);
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
  write_safetensors(path, file);
}

PickleValue without_opaque_objects(const PickleValue& value, std::vector<std::string>& left_out) {
  return OpaqueRemoval(left_out).clean(value, "");
}

}  // namespace saker
