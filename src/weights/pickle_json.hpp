// What a pickle holds, as JSON: the texts of a safetensors file's metadata.
//
//   None, bool, int, float, str    null, true, 3, 3.0, "text"; {"$float": "nan" | "inf" | "-inf"}
//   list, tuple                    [..], {"$tuple": [..]}
//   dict                           {..}, in order; {"$dict": [[key, value], ..]} when a key is no
//                                  text or begins with "$"
//   OrderedDict                    {"$ordered_dict": [[key, value], ..]}
//   bytes                          {"$bytes": "00ff"}
//   tensor                         {"$tensor": name}, a tensor of the file
//   a dict of names and tensors    {"$tensors": [name, ..], "$prefix": "optimizer.state.0."},
//                                  "$ordered": true for an OrderedDict; the tensors of the file are
//                                  named prefix + name
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "weights/pickle_value.hpp"

namespace saker {

using PickleJson = nlohmann::ordered_json;

// How tensors are kept beside the JSON.
class TensorNames {
 public:
  virtual ~TensorNames() = default;
  // Takes all tensors of a dict under prefix + name; false, with nothing taken, when a name is in
  // use.
  virtual bool add_all(const PickleDict& tensors, const std::string& prefix) = 0;
  // Takes a tensor; the name is the path or, when that is in use, something like it.
  virtual std::string add(const StoredTensor& tensor, const std::string& path) = 0;
};

// path: of the value in the file, such as "optimizer.state"; empty for the whole. Throws Error
// (unsupported) naming the path for an opaque object, and (checkpoint) for a text that is not valid
// UTF-8 and for nesting deeper than 1000.
PickleJson pickle_to_json(const PickleValue& value, const std::string& path, TensorNames& tensors);

// The value of a JSON text of the above form. tensor_named gives the tensors and may throw. Throws
// Error (checkpoint) telling what is wrong for everything else.
PickleValue pickle_from_json(const PickleJson& json,
                             const std::function<PickleValue(const std::string&)>& tensor_named);

}  // namespace saker
