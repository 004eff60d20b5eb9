#include "transforms/random_iou_crop.hpp"

#include <algorithm>

namespace saker {
namespace {

struct BoxInPixels {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

// The largest overlap of a box whose centre is inside; -1 when there is none.
double best_overlap(const CropRectangle& crop, std::span<const BoxInPixels> boxes) {
  const auto left = static_cast<double>(crop.left);
  const auto top = static_cast<double>(crop.top);
  const double right = left + static_cast<double>(crop.width);
  const double bottom = top + static_cast<double>(crop.height);
  double best = -1;
  for (const BoxInPixels& box : boxes) {
    const double center_x = (box.x1 + box.x2) / 2;
    const double center_y = (box.y1 + box.y2) / 2;
    if (!(left < center_x && center_x < right && top < center_y && center_y < bottom)) continue;
    const double width = std::max(0.0, std::min(box.x2, right) - std::max(box.x1, left));
    const double height = std::max(0.0, std::min(box.y2, bottom) - std::max(box.y1, top));
    const double both = (box.x2 - box.x1) * (box.y2 - box.y1) + (right - left) * (bottom - top);
    best = std::max(best, width * height / (both - width * height));
  }
  return best;
}

}  // namespace

CropRectangle draw_iou_crop(const RandomIouCropSettings& settings,
                            ImageSize size,
                            std::span<const CornerBox> boxes,
                            RandomStream& draws) {
  const CropRectangle whole = {0, 0, size.width, size.height};
  if (boxes.empty()) return whole;
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  std::vector<BoxInPixels> pixel_boxes;
  for (const CornerBox& box : boxes) {
    pixel_boxes.push_back({box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height});
  }
  const auto option_count = static_cast<std::int64_t>(settings.sampler_options.size());
  for (std::int64_t round = 0; round < settings.iou_trials; ++round) {
    const double least =
        settings.sampler_options[static_cast<std::size_t>(draws.uniform_int(0, option_count - 1))];
    if (least >= 1) return whole;
    for (std::int64_t trial = 0; trial < settings.crop_trials; ++trial) {
      CropRectangle crop;
      crop.width =
          static_cast<std::int64_t>(width * draws.uniform(settings.min_scale, settings.max_scale));
      crop.height =
          static_cast<std::int64_t>(height * draws.uniform(settings.min_scale, settings.max_scale));
      if (crop.width < 1 || crop.height < 1) continue;
      const double ratio = static_cast<double>(crop.width) / static_cast<double>(crop.height);
      if (ratio < settings.min_aspect_ratio || ratio > settings.max_aspect_ratio) continue;
      crop.left =
          static_cast<std::int64_t>(static_cast<double>(size.width - crop.width) * draws.uniform());
      crop.top = static_cast<std::int64_t>(static_cast<double>(size.height - crop.height) *
                                           draws.uniform());
      const double overlap = best_overlap(crop, pixel_boxes);
      if (overlap >= 0 && overlap >= least) return crop;
    }
  }
  return whole;
}

void crop_sample(Sample& sample, const CropRectangle& rectangle) {
  const ImageSize before = sample.image.size();
  sample.image.crop(rectangle);
  const auto move =
      [](double& value, std::int64_t length, std::int64_t start, std::int64_t crop_length) {
        value = (value * static_cast<double>(length) - static_cast<double>(start)) /
                static_cast<double>(crop_length);
      };
  for (CornerBox& box : sample.boxes.boxes) {
    move(box.x1, before.width, rectangle.left, rectangle.width);
    move(box.x2, before.width, rectangle.left, rectangle.width);
    move(box.y1, before.height, rectangle.top, rectangle.height);
    move(box.y2, before.height, rectangle.top, rectangle.height);
  }
}

void random_iou_crop(const RandomIouCropSettings& settings, RandomStream& draws, Sample& sample) {
  if (draws.uniform() >= settings.prob || draws.uniform() >= settings.prob) return;
  crop_sample(sample, draw_iou_crop(settings, sample.image.size(), sample.boxes.boxes, draws));
}

}  // namespace saker
