#include "saker/model.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <map>
#include <optional>
#include <utility>

#include "api/model_source.hpp"
#include "detectors/class_labels.hpp"
#include "detectors/detector.hpp"
#include "detectors/registry.hpp"
#include "image/read_image.hpp"
#include "inference/network_input.hpp"
#include "nn/folding_precision.hpp"
#include "saker/error.hpp"
#include "saker/image.hpp"
#include "weights/published_weights.hpp"

namespace saker {

class ModelState {
 public:
  explicit ModelState(std::shared_ptr<Detector> detector)
      : detector_(std::move(detector)),
        info_{.name = detector_->spec().model_name,
              .image_height = detector_->spec().image_size.height,
              .image_width = detector_->spec().image_size.width,
              .channels = detector_->input_channels(),
              .parameters = detector_->inference_parameter_count(),
              .warnings = detector_->warnings()} {
    detector_->eval();
  }

  Detector& detector() { return *detector_; }
  const ModelInfo& info() const { return info_; }
  const ClassNames& classes() const { return detector_->spec().classes; }

 private:
  std::shared_ptr<Detector> detector_;
  ModelInfo info_;
};

namespace {

NetworkInput network_input_of(const Detector& detector) {
  return {.size = detector.spec().image_size,
          .channels = detector.input_channels(),
          .normalization = detector.spec().normalization};
}

torch::Tensor make_input(const std::vector<Image>& images, const NetworkInput& layout) {
  torch::Tensor input = torch::empty({static_cast<std::int64_t>(images.size()),
                                      layout.channels,
                                      layout.size.height,
                                      layout.size.width},
                                     torch::kFloat);
  const std::size_t values = layout.value_count();
  for (std::size_t i = 0; i < images.size(); ++i)
    write_network_input(images[i], layout, {input.data_ptr<float>() + i * values, values});
  return input;
}

Detections above_threshold(const Detections& all, double threshold, bool inclusive) {
  Detections kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto score = static_cast<double>(all.scores[i]);
    if (inclusive ? score < threshold : score <= threshold) continue;
    kept.labels.push_back(all.labels[i]);
    kept.bboxes.push_back(all.bboxes[i]);
    kept.scores.push_back(all.scores[i]);
  }
  return kept;
}

FoldingPrecision prediction_precision(const std::string& word) {
  if (word == "fp32") return FoldingPrecision::kFloat32;
  if (word != "bf16") {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("precision '{}' is not known; predictions are made in fp32 or bf16", word));
  }
  if (best_bfloat16_level() == Bfloat16Level::kNone) {
    throw Error(ErrorKind::kUsage,
                "precision 'bf16' needs a processor that multiplies bfloat16 numbers (AVX-512 BF16 "
                "or AMX), which this one does not; predict in fp32");
  }
  return FoldingPrecision::kBfloat16;
}

}  // namespace

Model::Model(std::unique_ptr<ModelState> state) : state_(std::move(state)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const ModelInfo& Model::info() const { return state_->info(); }
const ClassNames& Model::classes() const { return state_->classes(); }

Detections Model::predict(const std::string& image_path, const PredictArgs& args) const {
  return predict(read_image(image_path), args);
}

Detections Model::predict(const Image& image, const PredictArgs& args) const {
  return predict_batch({image}, args).front();
}

std::vector<Detections> Model::predict_batch(const std::vector<Image>& images,
                                             const PredictArgs& args) const {
  if (images.empty()) return {};
  if (!(args.threshold >= 0 && args.threshold <= 1)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("threshold must lie in [0, 1] but is {}", args.threshold));
  }
  std::vector<ImageSize> sizes;
  for (const Image& image : images)
    sizes.push_back({.height = image.height(), .width = image.width()});
  const c10::InferenceMode inference;
  Detector& detector = state_->detector();
  const std::vector<Predictions> predictions =
      detector.predict(make_input(images, network_input_of(detector)), sizes);
  std::vector<Detections> results;
  for (const Predictions& candidates : predictions) {
    results.push_back(above_threshold(to_detections(candidates, classes()),
                                      args.threshold,
                                      detector.prediction_rule().threshold_inclusive));
  }
  return results;
}

Model load_model(const std::string& name_or_file, const LoadArgs& args) {
  const FoldingPrecision precision = prediction_precision(args.precision);
  ModelSource source = find_model(name_or_file);
  if (!source.has_weights()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("'{}' is an architecture without weights; train it, or name an exported "
                    "model or a downloadable one of `saker models`",
                    name_or_file));
  }
  std::shared_ptr<Detector> detector = load_detector(std::move(source));
  const FoldingPrecisionScope scope(precision);
  detector->deploy();
  return Model(std::make_unique<ModelState>(std::move(detector)));
}

std::vector<ModelListing> list_models() {
  std::vector<ModelListing> models;
  constexpr std::int64_t kCocoClasses = 80;
  ClassNames classes;
  for (std::int64_t id = 0; id < kCocoClasses; ++id)
    classes.emplace_back(id, fmt::format("class {}", id));
  // Aliases share the counts of what they stand for.
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
  for (const DetectorName& name : detector_names()) {
    if (!name.listed) continue;
    if (!counts.contains(name.plain_name)) {
      const std::shared_ptr<Detector> detector = make_detector(
          {.model_name = name.plain_name, .image_size = name.image_size, .classes = classes},
          {},
          std::nullopt);
      counts[name.plain_name] = {detector->listed_parameter_count(),
                                 detector->unused_parameter_count()};
    }
    const auto& [listed, unused] = counts.at(name.plain_name);
    models.push_back({.name = name.name,
                      .image_height = name.image_size.height,
                      .image_width = name.image_size.width,
                      .parameters = listed,
                      .unused_parameters = unused,
                      .licence = name.licence,
                      .downloadable = find_published_detector(name.name) != nullptr});
  }
  return models;
}

}  // namespace saker
