// Images as OpenCV sees them, without a copy. For .cpp files alone.
#pragma once

#include <opencv2/core.hpp>

#include "saker/image.hpp"

namespace saker {

inline int opencv_type(const Image& image) {
  const auto channels = static_cast<int>(image.channels());
  return image.type() == PixelType::kU8 ? CV_8UC(channels) : CV_32FC(channels);
}

// OpenCV's matrices have no read-only view: only to be read from.
inline cv::Mat opencv_source(const Image& image) {
  const void* pixels = image.type() == PixelType::kU8
                           ? static_cast<const void*>(image.u8().data())
                           : static_cast<const void*>(image.f32().data());
  return {static_cast<int>(image.height()),
          static_cast<int>(image.width()),
          opencv_type(image),
          const_cast<void*>(pixels)};
}

inline cv::Mat opencv_target(Image& image) {
  void* pixels = image.type() == PixelType::kU8 ? static_cast<void*>(image.mutable_u8().data())
                                                : static_cast<void*>(image.mutable_f32().data());
  return {static_cast<int>(image.height()),
          static_cast<int>(image.width()),
          opencv_type(image),
          pixels};
}

}  // namespace saker
