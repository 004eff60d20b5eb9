#include "drawing.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "data/data_settings.hpp"
#include "image/draw/comparison.hpp"
#include "image/draw/detections.hpp"
#include "image/draw/torchvision_boxes.hpp"
#include "image/encode.hpp"
#include "inference/detection_formats.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

Image draw_torchvision(const Image& image, const Detections& detections, const ClassNames& names) {
  const Detections sorted = sorted_by_score(detections);
  TorchvisionStyle style;
  for (const std::int64_t label : sorted.labels) style.labels.push_back(class_name(label, names));
  return draw_torchvision_boxes(image, sorted.bboxes, style);
}

void write_picture(std::filesystem::path path, const Image& picture) {
  const std::string extension = path.extension().string();
  if (extension != ".jpg" && extension != ".jpeg" && extension != ".png")
    path.replace_extension(".png");
  write_image(path, picture);
}

}  // namespace

Drawings::Drawings(const DrawingOptions& options, const ClassNames& names)
    : options_(options), names_(names) {
  if (options.ground_truth && options.style != "default") {
    throw Error(ErrorKind::kUsage,
                fmt::format("--draw-ground-truth has no style '{}'; leave --draw-style out",
                            options.style));
  }
  if (!options.data.empty()) labels_ = KnownLabels(resolve_data({.path = options.data}).args);
}

void Drawings::write(const std::filesystem::path& path, const FilePrediction& file) const {
  std::optional<Detections> labels;
  try {
    if (options_.ground_truth) labels = labels_.find(file.path, file.width, file.height);
  } catch (const Error&) {
    write_picture(path, draw(file, std::nullopt));
    throw;
  }
  write_picture(path, draw(file, labels));
}

Image Drawings::draw(const FilePrediction& file, const std::optional<Detections>& labels) const {
  if (options_.style == "torchvision") return draw_torchvision(file.image, file.detections, names_);
  const std::vector<DrawnBox> detected = drawn_boxes(file.detections, names_);
  if (!labels) return draw_boxes(file.image, detected);
  return draw_comparison(file.image, drawn_labels(*labels, names_), detected);
}

}  // namespace saker
