#include "weights/safetensors_checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "saker/error.hpp"
#include "weights/pickle_json.hpp"

namespace saker {
namespace {

constexpr const char* kSaker = "saker";
constexpr const char* kFormat = "format";  // "pt", as Hugging Face's libraries write and ask for
constexpr std::int64_t kVersion = 1;
// Keys of a checkpoint with a text of their own in the metadata, for readers other than this.
constexpr const char* kOpenKeys[] = {"model_class_path", "model_init_args", "license_info"};
constexpr const char* kElsewhere = "$metadata";

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::kCheckpoint, what); }

// The tensors that are written, in order, each under one name.
class Tensors final : public TensorNames {
 public:
  bool add_all(const PickleDict& tensors, const std::string& prefix) override {
    for (const auto& [name, tensor] : tensors.items) {
      if (names_.contains(prefix + name.as_string())) return false;
    }
    for (const auto& [name, tensor] : tensors.items) {
      insert(prefix + name.as_string(), tensor.as_tensor());
    }
    return true;
  }

  std::string add(const StoredTensor& tensor, const std::string& path) override {
    std::string name = path.empty() ? "tensor" : path;
    for (int i = 2; names_.contains(name); ++i) name = fmt::format("{}#{}", path, i);
    insert(name, tensor);
    return name;
  }

  // What a row-major copy of each tensor does not tell.
  void describe(PickleJson& description) const;

  std::vector<std::pair<std::string, StoredTensor>> take() { return std::move(tensors_); }

 private:
  void insert(const std::string& name, const StoredTensor& tensor) {
    names_.insert(name);
    tensors_.emplace_back(name, tensor);
  }

  std::vector<std::pair<std::string, StoredTensor>> tensors_;
  std::unordered_set<std::string> names_;
};

bool is_whole_storage(const StoredTensor& tensor) {
  return tensor.offset == 0 && tensor.is_contiguous() && tensor.numel() == tensor.storage->numel;
}

void Tensors::describe(PickleJson& description) const {
  using Memory = std::pair<const std::byte*, std::size_t>;
  std::map<Memory, std::size_t> wholes;
  std::map<std::tuple<Memory, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>,
           std::size_t>
      views;
  const auto memory = [](const StoredTensor& tensor) {
    return Memory(tensor.storage->bytes.get(), tensor.storage->span().size());
  };
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const StoredTensor& tensor = tensors_[i].second;
    if (is_whole_storage(tensor)) wholes.emplace(memory(tensor), i);
  }
  PickleJson shared = PickleJson::object(), trained = PickleJson::array();
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const auto& [name, tensor] = tensors_[i];
    if (tensor.requires_grad) trained.push_back(name);
    if (tensor.storage->numel == 0) continue;  // has no memory to share
    if (const auto whole = wholes.find(memory(tensor)); whole != wholes.end()) {
      if (whole->second == i) continue;
      shared[name] = {{"of", tensors_[whole->second].first},
                      {"offset", tensor.offset},
                      {"strides", tensor.strides}};
      continue;
    }
    // Without a tensor that is the whole memory, those that are the same view are found.
    const auto [first, is_new] =
        views.emplace(std::tuple(memory(tensor), tensor.offset, tensor.shape, tensor.strides), i);
    if (is_new) continue;
    shared[name] = {{"of", tensors_[first->second].first},
                    {"offset", 0},
                    {"strides", row_major_strides(tensor.shape)}};
  }
  if (!shared.empty()) description["shared"] = std::move(shared);
  if (!trained.empty()) description["requires_grad"] = std::move(trained);
}

std::string text_of(const PickleJson& json) {
  try {
    return json.dump();
  } catch (const PickleJson::exception&) {
    refuse("holds a text that is not valid UTF-8");
  }
}

PickleJson parse(const std::string& text, const std::string& key) {
  PickleJson json = PickleJson::parse(text, nullptr, false);
  if (json.is_discarded()) refuse(fmt::format("its metadata '{}' is no JSON", key));
  return json;
}

const std::string* find_metadata(const SafetensorsFile& file, std::string_view key) {
  const auto found =
      std::ranges::find(file.metadata, key, &std::pair<std::string, std::string>::first);
  return found == file.metadata.end() ? nullptr : &found->second;
}

// The tensors of a file, with the memory that they shared.
class NamedTensors {
 public:
  NamedTensors(const SafetensorsFile& file, const PickleJson& description) {
    for (const auto& [name, tensor] : file.tensors) by_name_.emplace(name, tensor);
    const auto shared = description.find("shared");
    if (shared != description.end()) share(*shared);
    const auto trained = description.find("requires_grad");
    if (trained != description.end()) {
      for (const PickleJson& name : *trained) tensor(text(name)).requires_grad = true;
    }
  }

  PickleValue take(const std::string& name) {
    StoredTensor& found = tensor(name);
    used_.insert(name);
    return found;
  }

  void require_all_used() const {
    for (const auto& [name, unused] : by_name_) {
      if (!used_.contains(name)) {
        refuse(
            fmt::format("has the tensor '{}', of which its metadata does not know; take the "
                        "metadata '{}' away to read the tensors alone",
                        name,
                        kSaker));
      }
    }
  }

 private:
  static std::string text(const PickleJson& json) {
    if (!json.is_string()) refuse("its metadata has a tensor whose name is no text");
    return json.get<std::string>();
  }

  StoredTensor& tensor(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) refuse(fmt::format("lacks the tensor '{}'", name));
    return found->second;
  }

  void share(const PickleJson& shared) {
    for (const auto& [name, view] : shared.items()) {
      StoredTensor& own = tensor(name);
      StoredTensor joint = own;
      try {
        joint.storage = tensor(text(view.at("of"))).storage;
        joint.offset = view.at("offset").get<std::int64_t>();
        joint.strides = view.at("strides").get<std::vector<std::int64_t>>();
      } catch (const PickleJson::exception&) {
        refuse(fmt::format("its metadata does not tell what '{}' shares", name));
      }
      if (joint.type() == own.type() && view_problem(joint).empty() &&
          joint.contiguous_bytes() == own.contiguous_bytes()) {
        own = joint;
      }
    }
  }

  std::unordered_map<std::string, StoredTensor> by_name_;
  std::unordered_set<std::string> used_;
};

PickleValue plain_dict(const SafetensorsFile& file) {
  PickleDict dict;
  for (const auto& [name, tensor] : file.tensors) dict.set(name, tensor);
  return dict;
}

}  // namespace

SafetensorsFile to_safetensors(const PickleValue& checkpoint) {
  SafetensorsFile file;
  Tensors tensors;
  PickleJson description = {{"version", kVersion}};
  description["root"] = pickle_to_json(checkpoint, "", tensors);
  tensors.describe(description);
  PickleJson& root = description["root"];
  file.metadata.emplace_back(kFormat, "pt");
  for (const char* key : kOpenKeys) {
    if (!root.is_object() || !root.contains(key)) continue;
    file.metadata.emplace_back(key, text_of(root[key]));
    root[key] = {{kElsewhere, key}};
  }
  file.metadata.emplace_back(kSaker, text_of(description));
  file.tensors = tensors.take();
  return file;
}

PickleValue from_safetensors(const SafetensorsFile& file) {
  const std::string* text = find_metadata(file, kSaker);
  if (text == nullptr) return plain_dict(file);
  PickleJson description = parse(*text, kSaker);
  if (!description.is_object() || !description.contains("root")) {
    refuse(fmt::format("its metadata '{}' describes no checkpoint", kSaker));
  }
  if (description.value("version", PickleJson()) != kVersion) {
    refuse(
        fmt::format("its metadata '{}' is not of version {}; convert the file with the version "
                    "of Saker that wrote it",
                    kSaker,
                    kVersion));
  }
  PickleJson& root = description["root"];
  for (const char* key : kOpenKeys) {
    if (!root.is_object() || !root.contains(key) || root[key] != PickleJson{{kElsewhere, key}}) {
      continue;
    }
    const std::string* own = find_metadata(file, key);
    if (own == nullptr) refuse(fmt::format("lacks the metadata '{}'", key));
    root[key] = parse(*own, key);
  }
  NamedTensors tensors(file, description);
  const PickleValue checkpoint =
      pickle_from_json(root, [&](const std::string& name) { return tensors.take(name); });
  tensors.require_all_used();
  return checkpoint;
}

std::vector<std::string> foreign_metadata(const SafetensorsFile& file) {
  std::vector<std::string> keys;
  if (find_metadata(file, kSaker) != nullptr) return keys;
  for (const auto& [key, text] : file.metadata) {
    if (key != kFormat) keys.push_back(key);
  }
  return keys;
}

}  // namespace saker
