#include "transforms/random_rotate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace saker {
namespace {

Image rotate_pixels(const Image& image, double cosine, double sine, std::int64_t interpolation) {
  const auto channels = static_cast<int>(image.channels());
  const bool is_u8 = image.type() == PixelType::kU8;
  const int type = is_u8 ? CV_8UC(channels) : CV_32FC(channels);
  const auto height = static_cast<int>(image.height());
  const auto width = static_cast<int>(image.width());
  Image turned(image.height(), image.width(), image.channels(), image.type());
  // OpenCV's matrices have no read-only view; the source is not written to.
  const void* from = is_u8 ? static_cast<const void*>(image.u8().data())
                           : static_cast<const void*>(image.f32().data());
  void* to = is_u8 ? static_cast<void*>(turned.mutable_u8().data())
                   : static_cast<void*>(turned.mutable_f32().data());
  const cv::Mat source(height, width, type, const_cast<void*>(from));
  cv::Mat target(height, width, type, to);
  const double center_x = width / 2.0 - 0.5;
  const double center_y = height / 2.0 - 0.5;
  const cv::Matx23d matrix(cosine,
                           sine,
                           center_x - cosine * center_x - sine * center_y,  //
                           -sine,
                           cosine,
                           center_y + sine * center_x - cosine * center_y);
  constexpr int kArea = 3;
  const int flags = interpolation == kArea ? cv::INTER_LINEAR : static_cast<int>(interpolation);
  cv::warpAffine(
      source, target, matrix, target.size(), flags, cv::BORDER_CONSTANT, cv::Scalar::all(0));
  return turned;
}

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

void rotate_sample(Sample& sample, double degrees, std::int64_t interpolation) {
  const double angle_rad = degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle_rad);
  const double sine = std::sin(angle_rad);
  const ImageSize size = sample.image.size();
  sample.image =
      PlacedImage(rotate_pixels(sample.image.materialize(), cosine, sine, interpolation));
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
