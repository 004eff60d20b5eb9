#include "data/convert/image_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "data/prefetch_loader.hpp"
#include "image/image_header.hpp"

namespace saker {
namespace {

void scale_boxes(ConvertedImage& image) {
  const auto width = static_cast<double>(image.size.width);
  const auto height = static_cast<double>(image.size.height);
  for (ConvertedBox& converted : image.boxes) {
    PixelBox& box = converted.box;
    box = {box.x * width, box.y * height, box.width * width, box.height * height};
  }
}

std::string describe_difference(const ConvertedImage& image, const OrientedSize& file) {
  return fmt::format("{}x{} in {}, but {} has {}x{} pixels{}",
                     image.size.width,
                     image.size.height,
                     image.place,
                     image.path,
                     file.width,
                     file.height,
                     file.axes_swap() ? " once EXIF turned it upright" : "");
}

}  // namespace

std::int64_t read_image_sizes(ConversionSet& set,
                              const std::function<void(std::int64_t, std::int64_t)>& progress) {
  std::vector<ConvertedImage*> images;
  for (ConvertedSplit& split : set.splits) {
    for (ConvertedImage& image : split.images) images.push_back(&image);
  }
  const auto total = static_cast<std::int64_t>(images.size());
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
  PrefetchLoader<OrientedSize> sizes(
      [&images](std::int64_t i) {
        return read_image_header(images[static_cast<std::size_t>(i)]->path);
      },
      {.end = total, .threads = threads, .prefetch = 8 * threads});
  std::int64_t differing = 0;
  std::string first;
  for (std::int64_t i = 0; i < total; ++i) {
    ConvertedImage& image = *images[static_cast<std::size_t>(i)];
    const OrientedSize file = sizes.next();
    const PixelSize size{file.width, file.height};
    if (image.size == PixelSize{}) {
      image.size = size;
      scale_boxes(image);
    } else if (image.size != size) {
      if (differing++ == 0) first = describe_difference(image, file);
    }
    if (progress) progress(i + 1, total);
  }
  if (differing > 0) {
    set.warnings.push_back(
        fmt::format("{} of another size than their annotations say, which counts: {}",
                    differing == 1 ? "1 image is" : fmt::format("{} images are", differing),
                    first));
  }
  return differing;
}

}  // namespace saker
