#include "detectors/backbone_file.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"
#include "weights/torch_bridge.hpp"
#include "weights/weights_file.hpp"

namespace saker {
namespace {

const PickleValue& weights_in(const PickleValue& file) {
  for (const char* key : {"state_dict", "model", "model_state_dict", "student", "backbone"}) {
    const PickleValue* inner = file.find(key);
    if (inner != nullptr && inner->is_dict()) return *inner;
  }
  return file;
}

}  // namespace

StateDict read_backbone_file(const std::filesystem::path& path) {
  const PickleValue file = read_weights_file(path);
  StateDict weights;
  if (file.is_dict()) {
    for (const auto& [key, value] : weights_in(file).as_dict().items) {
      if (key.is_string() && value.is_tensor()) {
        weights.add(key.as_string(), to_torch(value.as_tensor()));
      }
    }
  }
  if (weights.empty()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("{}: no weights in it; model_args.backbone_weights must name a "
                            "checkpoint with a dict of tensors",
                            path.string()));
  }
  return weights;
}

}  // namespace saker
