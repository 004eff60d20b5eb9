#include "saker/model.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "api/model_source.hpp"
#include "api/torch_backend.hpp"
#include "detectors/detector.hpp"
#include "detectors/registry.hpp"
#include "image/image_rows.hpp"
#include "image/read_image.hpp"
#include "inference/backend.hpp"
#include "inference/network_input.hpp"
#include "inference/predict_files.hpp"
#include "inference/score_threshold.hpp"
#include "inference/tiled_prediction.hpp"
#include "nn/folding_precision.hpp"
#include "saker/error.hpp"
#include "saker/image.hpp"
#include "weights/published_weights.hpp"

namespace saker {

class ModelState {
 public:
  ModelState(std::unique_ptr<Backend> backend, std::vector<std::string> warnings)
      : backend_(std::move(backend)),
        info_{.name = backend_->model().name,
              .image_height = backend_->model().input.size.height,
              .image_width = backend_->model().input.size.width,
              .channels = backend_->model().input.channels,
              .parameters = backend_->model().parameters,
              .warnings = std::move(warnings)} {}

  Backend& backend() const { return *backend_; }
  const ModelInfo& info() const { return info_; }

 private:
  std::unique_ptr<Backend> backend_;
  ModelInfo info_;
};

namespace {

// Network inputs of some images, one after the other.
class InputBatch {
 public:
  InputBatch(const std::vector<Image>& images, const NetworkInput& input)
      : size_(images.size() * input.value_count()),
        values_(std::make_unique_for_overwrite<float[]>(size_)) {
    const std::size_t count = input.value_count();
    for (std::size_t i = 0; i < images.size(); ++i)
      write_network_input(images[i], input, {values_.get() + i * count, count});
  }

  std::span<const float> values() const { return {values_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<float[]> values_;
};

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
const ClassNames& Model::classes() const { return state_->backend().model().classes; }

Detections Model::predict(const std::string& image_path, const PredictArgs& args) const {
  return predict(read_image(image_path), args);
}

Detections Model::predict(const Image& image, const PredictArgs& args) const {
  return predict_batch({image}, args).front();
}

std::vector<Detections> Model::predict_batch(const std::vector<Image>& images,
                                             const PredictArgs& args) const {
  if (images.empty()) return {};
  require_fraction("threshold", args.threshold);
  std::vector<ImageSize> sizes;
  for (const Image& image : images)
    sizes.push_back({.height = image.height(), .width = image.width()});
  Backend& backend = state_->backend();
  const BackendModel& model = backend.model();
  const InputBatch batch(images, model.input);
  std::vector<Detections> results =
      backend.run(batch.values(), static_cast<std::int64_t>(images.size()))->detections(sizes);
  for (Detections& found : results)
    found = above_threshold(found, args.threshold, model.threshold_inclusive);
  return results;
}

void Model::predict_files(const std::vector<std::string>& paths,
                          const PredictFilesArgs& args,
                          const OnFilePrediction& on_result) const {
  saker::predict_files(state_->backend(), paths, args, on_result);
}

Detections Model::predict_sahi(const std::string& image_path, const SahiArgs& args) const {
  TiledPrediction prediction(state_->backend(), args);
  prediction.add(*open_image_rows(image_path));
  return prediction.finish().front();
}

Detections Model::predict_sahi(const Image& image, const SahiArgs& args) const {
  return predict_sahi_batch({image}, args).front();
}

std::vector<Detections> Model::predict_sahi_batch(const std::vector<Image>& images,
                                                  const SahiArgs& args) const {
  if (images.empty())
    throw Error(ErrorKind::kUsage, "predict_sahi_batch was given no image; give at least one");
  TiledPrediction prediction(state_->backend(), args);
  for (const Image& image : images) prediction.add(*rows_of(image));
  return prediction.finish();
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
  std::vector<std::string> warnings = detector->warnings();
  return Model(std::make_unique<ModelState>(std::make_unique<TorchBackend>(std::move(detector)),
                                            std::move(warnings)));
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
