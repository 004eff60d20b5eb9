#include "saker/model.hpp"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/model_source.hpp"
#include "detectors/class_labels.hpp"
#include "detectors/detector.hpp"
#include "detectors/registry.hpp"
#include "image/read_image.hpp"
#include "image/resize.hpp"
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
              .parameters = detector_->inference_parameter_count()} {
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

// Both orders of normalising and resizing are the same affine map, since the filter's weights sum
// to 1.
void fill_input(const Image& image, const DetectorSpec& spec, std::span<float> chw) {
  const float unit = image.type() == PixelType::kU8 ? 1.0F / 255.0F : 1.0F;
  std::array<float, 3> scale = {unit, unit, unit};
  std::array<float, 3> offset = {};
  if (spec.normalization) {
    for (std::size_t c = 0; c < 3; ++c) {
      scale[c] = static_cast<float>(static_cast<double>(unit) / spec.normalization->std[c]);
      offset[c] = static_cast<float>(-spec.normalization->mean[c] / spec.normalization->std[c]);
    }
  }
  resize_antialias_planar(image, spec.image_size.height, spec.image_size.width, scale, offset, chw);
}

torch::Tensor make_input(const std::vector<Image>& images, const DetectorSpec& spec) {
  const ImageSize size = spec.image_size;
  torch::Tensor input = torch::empty(
      {static_cast<std::int64_t>(images.size()), 3, size.height, size.width}, torch::kFloat);
  const auto values = static_cast<std::size_t>(3 * size.height * size.width);
  for (std::size_t i = 0; i < images.size(); ++i)
    fill_input(images[i], spec, {input.data_ptr<float>() + i * values, values});
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

Image as_rgb(const Image& image) {
  if (image.channels() == 3) return image;
  if (image.channels() != 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the image has {} channels, but the model expects 3; give RGB or gray",
                            image.channels()));
  }
  Image rgb(image.height(), image.width(), 3, image.type());
  const auto replicate = [](auto source, auto target) {
    for (std::size_t i = 0; i < source.size(); ++i)
      std::fill_n(target.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, source[i]);
  };
  image.type() == PixelType::kU8 ? replicate(image.u8(), rgb.mutable_u8())
                                 : replicate(image.f32(), rgb.mutable_f32());
  return rgb;
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
  std::vector<Image> rgb;
  std::vector<ImageSize> sizes;
  for (const Image& image : images) {
    rgb.push_back(as_rgb(image));
    sizes.push_back({.height = image.height(), .width = image.width()});
  }
  const c10::InferenceMode inference;
  Detector& detector = state_->detector();
  const std::vector<Predictions> predictions =
      detector.predict(make_input(rgb, detector.spec()), sizes);
  std::vector<Detections> results;
  for (const Predictions& candidates : predictions) {
    results.push_back(above_threshold(to_detections(candidates, classes()),
                                      args.threshold,
                                      detector.prediction_rule().threshold_inclusive));
  }
  return results;
}

Model load_model(const std::string& name_or_file) {
  const ModelSource source = find_model(name_or_file);
  if (!source.has_weights()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("'{}' is an architecture without weights; train it, or name an exported "
                    "model or a downloadable one of `saker models`",
                    name_or_file));
  }
  return Model(std::make_unique<ModelState>(load_detector(source)->deployed()));
}

std::vector<ModelListing> list_models() {
  std::vector<ModelListing> models;
  constexpr std::int64_t kCocoClasses = 80;
  ClassNames classes;
  for (std::int64_t id = 0; id < kCocoClasses; ++id)
    classes.emplace_back(id, fmt::format("class {}", id));
  for (const DetectorName& name : detector_names()) {
    const std::shared_ptr<Detector> detector = make_detector(
        {.model_name = name.plain_name, .image_size = name.image_size, .classes = classes}, 0);
    const PublishedWeights* published = find_published_detector(name.name);
    models.push_back({.name = name.name,
                      .image_height = name.image_size.height,
                      .image_width = name.image_size.width,
                      .parameters = detector->inference_parameter_count(),
                      .licence = std::string(published == nullptr ? "" : published->licence),
                      .downloadable = published != nullptr});
  }
  return models;
}

}  // namespace saker
