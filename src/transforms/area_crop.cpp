#include "transforms/area_crop.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "transforms/opencv_view.hpp"

namespace saker {
namespace {

constexpr int kTries = 10;

// Rounds half to even.
std::int64_t rounded(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

std::int64_t place(std::int64_t room, double draw) {
  return static_cast<std::int64_t>(static_cast<double>(room + 1) * draw);
}

CropBox middle_crop(const AreaCropSettings& settings, ImageSize image) {
  const double ratio = static_cast<double>(image.width) / static_cast<double>(image.height);
  CropBox box{.width = image.width, .height = image.height};
  if (ratio < settings.min_ratio) {
    box.height = rounded(static_cast<double>(image.width) / settings.min_ratio);
  } else if (ratio > settings.max_ratio) {
    box.width = rounded(static_cast<double>(image.height) * settings.max_ratio);
  }
  box.x = (image.width - box.width) / 2;
  box.y = (image.height - box.height) / 2;
  return box;
}

}  // namespace

CropBox draw_area_crop(const AreaCropSettings& settings,
                       ImageSize image,
                       const std::function<double()>& draws) {
  const auto between = [&](double low, double high) { return low + (high - low) * draws(); };
  const auto all = static_cast<double>(image.height * image.width);
  for (int i = 0; i < kTries; ++i) {
    const double area = all * between(settings.min_scale, settings.max_scale);
    const double ratio =
        std::exp(between(std::log(settings.min_ratio), std::log(settings.max_ratio)));
    const std::int64_t width = rounded(std::sqrt(area * ratio));
    const std::int64_t height = rounded(std::sqrt(area / ratio));
    if (width <= 0 || width > image.width || height <= 0 || height > image.height) continue;
    const std::int64_t y = place(image.height - height, draws());
    const std::int64_t x = place(image.width - width, draws());
    return {.x = x, .y = y, .width = width, .height = height};
  }
  return middle_crop(settings, image);
}

Image crop_and_resize(const Image& image, const CropBox& box, ImageSize size) {
  Image result(size.height, size.width, image.channels(), image.type());
  const cv::Mat part = opencv_source(image)(cv::Rect(static_cast<int>(box.x),
                                                     static_cast<int>(box.y),
                                                     static_cast<int>(box.width),
                                                     static_cast<int>(box.height)));
  cv::Mat target = opencv_target(result);
  cv::resize(part, target, target.size(), 0, 0, cv::INTER_AREA);
  return result;
}

}  // namespace saker
