#include "transforms/random_rotate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "transforms/opencv_view.hpp"

namespace saker {
namespace {

CornerBox rotate_box(const CornerBox& box, ImageSize size, double cosine, double sine) {
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  CornerBox around = {1e30, 1e30, -1e30, -1e30};
  for (const double x : {box.x1, box.x2}) {
    for (const double y : {box.y1, box.y2}) {
      const double from_center_x = x * width - width / 2;
      const double from_center_y = y * height - height / 2;
      const double turned_x = (width / 2 + cosine * from_center_x + sine * from_center_y) / width;
      const double turned_y = (height / 2 - sine * from_center_x + cosine * from_center_y) / height;
      around = {std::min(around.x1, turned_x),
                std::min(around.y1, turned_y),
                std::max(around.x2, turned_x),
                std::max(around.y2, turned_y)};
    }
  }
  return around;
}

}  // namespace

Image rotate_image(const Image& image,
                   double degrees,
                   std::int64_t interpolation,
                   RotationBorder border) {
  const double angle_rad = degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle_rad), sine = std::sin(angle_rad);
  Image turned(image.height(), image.width(), image.channels(), image.type());
  cv::Mat target = opencv_target(turned);
  const double center_x = static_cast<double>(image.width()) / 2.0 - 0.5;
  const double center_y = static_cast<double>(image.height()) / 2.0 - 0.5;
  const cv::Matx23d matrix(cosine,
                           sine,
                           center_x - cosine * center_x - sine * center_y,  //
                           -sine,
                           cosine,
                           center_y + sine * center_x - cosine * center_y);
  constexpr int kArea = 3;
  const int flags = interpolation == kArea ? cv::INTER_LINEAR : static_cast<int>(interpolation);
  const int mode = border == RotationBorder::kBlack ? cv::BORDER_CONSTANT : cv::BORDER_REFLECT_101;
  cv::warpAffine(
      opencv_source(image), target, matrix, target.size(), flags, mode, cv::Scalar::all(0));
  return turned;
}

void rotate_sample(Sample& sample, double degrees, std::int64_t interpolation) {
  const double angle_rad = degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle_rad);
  const double sine = std::sin(angle_rad);
  const ImageSize size = sample.image.size();
  sample.image = PlacedImage(
      rotate_image(sample.image.materialize(), degrees, interpolation, RotationBorder::kBlack));
  LabeledBoxes inside;
  for (std::size_t i = 0; i < sample.boxes.boxes.size(); ++i) {
    const CornerBox box = rotate_box(sample.boxes.boxes[i], size, cosine, sine);
    if (box.x2 <= 0 || box.y2 <= 0 || box.x1 >= 1 || box.y1 >= 1) continue;
    inside.boxes.push_back(box);
    inside.classes.push_back(sample.boxes.classes[i]);
  }
  sample.boxes = std::move(inside);
}

void random_rotate(const RandomRotateSettings& settings, RandomStream& draws, Sample& sample) {
  if (draws.uniform() >= settings.prob) return;
  rotate_sample(
      sample, draws.uniform(settings.degrees[0], settings.degrees[1]), settings.interpolation);
}

}  // namespace saker
