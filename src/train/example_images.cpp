#include "train/example_images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "detectors/class_labels.hpp"
#include "image/draw/training_grid.hpp"
#include "image/encode.hpp"
#include "image/resize.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBatches = 3;
constexpr std::int64_t kImages = 4;

Image make_grid(const torch::Tensor& images,
                const DetectorSpec& spec,
                const std::function<std::vector<GridBox>(std::int64_t)>& boxes_of) {
  const torch::Tensor pixels = images.narrow(0, 0, std::min(kImages, images.size(0)))
                                   .to(torch::kCPU, torch::kFloat)
                                   .contiguous();
  std::vector<GridImage> cells;
  for (std::int64_t i = 0; i < pixels.size(0); ++i) {
    const torch::Tensor image = pixels[i];
    cells.push_back(
        {.chw = std::span(image.const_data_ptr<float>(), static_cast<std::size_t>(image.numel())),
         .channels = image.size(0),
         .height = image.size(1),
         .width = image.size(2),
         .boxes = boxes_of(i)});
  }
  if (!spec.normalization) return training_grid(cells, {}, {});
  return training_grid(cells, spec.normalization->mean, spec.normalization->std);
}

// Smaller, unless it is small already; sides keep their ratio.
Image make_preview(const Image& image) {
  const std::int64_t longest = std::max(image.height(), image.width());
  if (longest <= MetricLogger::kPreviewSide) return image;
  const auto shrunk = [&](std::int64_t side) {
    return std::max<std::int64_t>(side * MetricLogger::kPreviewSide / longest, 1);
  };
  return resize_antialias(image, shrunk(image.height()), shrunk(image.width()));
}

}  // namespace

ExampleImages::ExampleImages(std::filesystem::path folder,
                             const DetectorSpec& spec,
                             EvaluationSpace space,
                             MetricLogger& metrics,
                             RunLog& log)
    : folder_(std::move(folder)), spec_(spec), space_(space), metrics_(&metrics), log_(&log) {}

Image ExampleImages::label_grid(const torch::Tensor& images, const Batch& labels) const {
  return make_grid(images, spec_, [&](std::int64_t i) {
    const Annotations& annotations = labels.annotations[static_cast<std::size_t>(i)];
    std::vector<GridBox> boxes;
    for (std::size_t k = 0; k < annotations.boxes.size(); ++k) {
      const NormalizedBox& box = annotations.boxes[k];
      const std::int64_t class_id =
          spec_.classes[static_cast<std::size_t>(annotations.classes[k])].first;
      boxes.push_back(label_grid_box(box.center_x,
                                     box.center_y,
                                     box.width,
                                     box.height,
                                     class_id,
                                     spec_.classes,
                                     images.size(3),
                                     images.size(2)));
    }
    return boxes;
  });
}

Image ExampleImages::prediction_grid(const ValidationProgress& progress) const {
  const std::int64_t height = progress.images.size(2);
  const std::int64_t width = progress.images.size(3);
  std::int64_t dropped = 0;
  const Image grid = make_grid(progress.images, spec_, [&](std::int64_t i) {
    const Detections detections =
        to_detections(progress.predictions[static_cast<std::size_t>(i)], spec_.classes);
    ImageSize original = progress.labels.original_sizes[static_cast<std::size_t>(i)];
    if (space_ == EvaluationSpace::kNetworkInput) original = {.height = height, .width = width};
    PredictionGridBoxes drawable = prediction_grid_boxes(
        detections, spec_.classes, original.width, original.height, width, height);
    dropped += drawable.dropped;
    return std::move(drawable.boxes);
  });
  if (dropped > 0) {
    log_->warning(
        fmt::format("{} predicted boxes of validation batch {} are left out of its picture: their "
                    "sides are reversed or not finite",
                    dropped,
                    progress.batch));
  }
  return grid;
}

void ExampleImages::save(std::int64_t step,
                         const std::string& file,
                         const std::string& tag,
                         const Image& grid) {
  write_image(folder_ / file, grid);
  EncodedImage encoded{.png = encode_png(grid), .height = grid.height(), .width = grid.width()};
  if (metrics_->wants_previews()) encoded.preview_webp = encode_webp(make_preview(grid));
  metrics_->log_image(step, tag, encoded);
}

void ExampleImages::save_training_labels(std::int64_t step,
                                         const torch::Tensor& images,
                                         const Batch& labels) {
  if (step >= kBatches) return;
  save(step,
       fmt::format("train_labels_{}.jpg", step),
       fmt::format("train_images/labels_{}", step),
       label_grid(images, labels));
}

void ExampleImages::save_validation(std::int64_t step, const ValidationProgress& progress) {
  if (progress.batch >= kBatches) return;
  const std::string labels = fmt::format("val_labels_{}.jpg", progress.batch);
  if (!std::filesystem::exists(folder_ / labels)) {
    save(step,
         labels,
         fmt::format("val_images/labels_{}", progress.batch),
         label_grid(progress.images, progress.labels));
  }
  save(step,
       fmt::format("val_predictions_{}.jpg", progress.batch),
       fmt::format("val_images/predictions_{}", progress.batch),
       prediction_grid(progress));
}

}  // namespace saker
