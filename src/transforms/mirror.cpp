#include "transforms/mirror.hpp"

#include "transforms/opencv_view.hpp"

namespace saker {

Image mirrored(const Image& image, MirrorAxis axis) {
  Image result(image.height(), image.width(), image.channels(), image.type());
  cv::Mat target = opencv_target(result);
  cv::flip(opencv_source(image), target, axis == MirrorAxis::kVertical ? 1 : 0);
  return result;
}

}  // namespace saker
