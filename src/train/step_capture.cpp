#include "train/step_capture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>

#include "detectors/init_args.hpp"
#include "saker/error.hpp"
#include "weights/exported_model.hpp"
#include "weights/pickle_settings.hpp"
#include "weights/torch_bridge.hpp"

namespace saker {
namespace {

constexpr const char* kKey = "capture";

PickleList stored_list(const std::vector<torch::Tensor>& tensors) {
  PickleList list;
  for (const torch::Tensor& tensor : tensors) list.items.emplace_back(to_stored(tensor.cpu()));
  return list;
}

std::vector<torch::Tensor> tensor_list(const PickleValue& list) {
  std::vector<torch::Tensor> tensors;
  for (const PickleValue& item : list.as_sequence()) tensors.push_back(to_torch(item.as_tensor()));
  return tensors;
}

PickleDict to_pickle(const StepCapture& capture) {
  PickleList paths;
  for (const std::string& path : capture.paths) paths.items.emplace_back(path);
  PickleDict terms;
  for (const auto& [name, value] : capture.terms) terms.set(name, value);
  PickleDict dict;
  dict.set("version", 1);
  dict.set("reason", capture.reason);
  dict.set("step", capture.step);
  dict.set("seed", static_cast<std::int64_t>(capture.draws.seed));
  dict.set("batch", static_cast<std::int64_t>(capture.draws.batch));
  dict.set("first_image", static_cast<std::int64_t>(capture.draws.first_image));
  dict.set("precision", to_string(capture.precision));
  dict.set("loss_scale", capture.loss_scale);
  dict.set("model_args", to_pickle(capture.model_args, SequenceType::kList));
  dict.set("paths", std::move(paths));
  dict.set("images", to_stored(capture.images.cpu()));
  dict.set("boxes", stored_list(capture.targets.boxes_cxcywh_norm));
  dict.set("classes", stored_list(capture.targets.classes));
  dict.set("terms", std::move(terms));
  return dict;
}

StepCapture capture_of(const PickleValue& dict) {
  StepCapture capture;
  capture.reason = dict.at("reason").as_string();
  capture.step = dict.at("step").as_int();
  capture.draws = {.seed = static_cast<std::uint64_t>(dict.at("seed").as_int()),
                   .batch = static_cast<std::uint64_t>(dict.at("batch").as_int())};
  if (const PickleValue* first = dict.find("first_image"))
    capture.draws.first_image = static_cast<std::uint64_t>(first->as_int());
  const std::string& precision = dict.at("precision").as_string();
  const std::optional<Precision> known = precision_of(precision);
  if (!known)
    throw Error(ErrorKind::kCheckpoint, fmt::format("precision is '{}', which is none", precision));
  capture.precision = *known;
  capture.loss_scale = dict.at("loss_scale").as_double();
  capture.model_args = to_value(dict.at("model_args"));
  for (const PickleValue& path : dict.at("paths").as_sequence())
    capture.paths.push_back(path.as_string());
  capture.images = to_torch(dict.at("images").as_tensor());
  capture.targets = {.boxes_cxcywh_norm = tensor_list(dict.at("boxes")),
                     .classes = tensor_list(dict.at("classes"))};
  for (const auto& [name, value] : dict.at("terms").as_dict().items)
    capture.terms.emplace_back(name.as_string(), value.as_double());
  const auto count =
      static_cast<std::size_t>(capture.images.dim() == 4 ? capture.images.size(0) : 0);
  if (count == 0 || capture.targets.classes.size() != count ||
      capture.targets.boxes_cxcywh_norm.size() != count)
    throw Error(ErrorKind::kCheckpoint, "images and labels do not fit together");
  return capture;
}

}  // namespace

void write_step_capture(const std::filesystem::path& path,
                        const Detector& model,
                        const StepCapture& capture) {
  ExportedModel file;
  file.model_class_path = model.model_class_path();
  file.init_args = make_init_args(model);
  file.train_model = collect_state_dict(model).with_prefix("model.");
  file.other_keys.emplace_back(kKey, to_pickle(capture));
  write_exported_model(path, file);
}

Error not_finite_error(const StepCapture& capture, const std::filesystem::path& file) {
  return Error(
      ErrorKind::kData,
      fmt::format("{} of step {} is not finite; lower model_args.lr, or look at the labels "
                  "of this batch:\n  {}\nThe step is kept: saker train --replay {} runs "
                  "it again and says what is not finite",
                  capture.reason,
                  capture.step + 1,
                  fmt::join(capture.paths, "\n  "),
                  file.string()));
}

StepCapture read_step_capture(const std::filesystem::path& path) {
  const ExportedModel file = read_exported_model(path);
  const auto found = std::find_if(file.other_keys.begin(),
                                  file.other_keys.end(),
                                  [](const auto& item) { return item.first == kKey; });
  if (found == file.other_keys.end()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("{}: holds a model, but no captured step; name the nan_capture.pt that "
                            "a stopped training wrote",
                            path.string()));
  }
  try {
    return capture_of(found->second);
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
}

}  // namespace saker
