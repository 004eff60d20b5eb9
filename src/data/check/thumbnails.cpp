#include "data/check/thumbnails.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "image/draw/canvas.hpp"
#include "image/draw/detections.hpp"
#include "image/encode.hpp"
#include "image/read_image.hpp"
#include "image/resize.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kSide = 320;
constexpr int kQuality = 80;
constexpr std::size_t kMostBoxes = 200;

std::vector<DrawnBox> drawn(const std::vector<ThumbnailBox>& boxes,
                            const ClassNames& classes,
                            const Image& image) {
  const auto width = static_cast<double>(image.width());
  const auto height = static_cast<double>(image.height());
  std::vector<DrawnBox> result;
  for (const ThumbnailBox& labelled : boxes) {
    if (result.size() == kMostBoxes) break;
    const NormalizedBox& box = labelled.box;
    const auto inside = [](double fraction, double side) {
      return static_cast<float>(std::clamp(fraction, -0.1, 1.1) * side);
    };
    // draw_boxes leaves out what is not finite or lies outside.
    result.push_back(
        {.box = {inside(box.center_x - box.width / 2, width),
                 inside(box.center_y - box.height / 2, height),
                 inside(box.center_x + box.width / 2, width),
                 inside(box.center_y + box.height / 2, height)},
         .class_id = labelled.class_id,
         .text = fmt::format("{} {}", class_name(classes, labelled.class_id), labelled.place)});
  }
  return result;
}

}  // namespace

Thumbnail make_thumbnail(const std::string& image,
                         const std::vector<ThumbnailBox>& boxes,
                         const ClassNames& classes,
                         bool upright) {
  Thumbnail thumbnail;
  try {
    Image picture = to_rgb_u8(read_image(image, {.apply_exif_orientation = upright}));
    const std::int64_t longer = std::max(picture.width(), picture.height());
    picture = resize_longer_side(picture, std::min(longer, kSide));
    thumbnail.jpeg = encode_jpeg(draw_boxes(picture, drawn(boxes, classes, picture)), kQuality);
  } catch (const Error& error) {
    thumbnail.reason = error.what();
  } catch (const std::bad_alloc&) {
    thumbnail.reason = "there is not enough memory to decode it";
  }
  return thumbnail;
}

}  // namespace saker
