#include "drawing.hpp"

#include <vector>

#include "image/draw/detections.hpp"
#include "image/draw/torchvision_boxes.hpp"
#include "image/encode.hpp"
#include "inference/detection_formats.hpp"

namespace saker {
namespace {

Image draw_torchvision(const Image& image, const Detections& detections, const ClassNames& names) {
  const Detections sorted = sorted_by_score(detections);
  TorchvisionStyle style;
  for (const std::int64_t label : sorted.labels) style.labels.push_back(class_name(label, names));
  return draw_torchvision_boxes(image, sorted.bboxes, style);
}

}  // namespace

void write_drawing(const std::filesystem::path& path,
                   const Image& image,
                   const Detections& detections,
                   const ClassNames& names,
                   const std::string& style) {
  const Image drawn = style == "torchvision" ? draw_torchvision(image, detections, names)
                                             : draw_boxes(image, drawn_boxes(detections, names));
  std::filesystem::path target = path;
  const std::string extension = target.extension().string();
  if (extension != ".jpg" && extension != ".jpeg" && extension != ".png")
    target.replace_extension(".png");
  write_image(target, drawn);
}

}  // namespace saker
