#include "transforms/random_zoom_out.hpp"

namespace saker {

Padding draw_zoom_out(const RandomZoomOutSettings& settings, ImageSize size, RandomStream& draws) {
  const double factor = draws.uniform(settings.side_range[0], settings.side_range[1]);
  const auto added = [factor](std::int64_t side) {
    return static_cast<std::int64_t>(static_cast<double>(side) * factor) - side;
  };
  Padding padding;
  padding.top = draws.uniform_int(0, added(size.height));
  padding.left = draws.uniform_int(0, added(size.width));
  padding.bottom = added(size.height) - padding.top;
  padding.right = added(size.width) - padding.left;
  return padding;
}

void pad_sample(Sample& sample, const Padding& padding, double fill) {
  const ImageSize before = sample.image.size();
  sample.image.pad(padding, fill);
  const ImageSize after = sample.image.size();
  const auto move =
      [](double& value, std::int64_t length, std::int64_t added, std::int64_t canvas_length) {
        value = (value * static_cast<double>(length) + static_cast<double>(added)) /
                static_cast<double>(canvas_length);
      };
  for (CornerBox& box : sample.boxes.boxes) {
    move(box.x1, before.width, padding.left, after.width);
    move(box.x2, before.width, padding.left, after.width);
    move(box.y1, before.height, padding.top, after.height);
    move(box.y2, before.height, padding.top, after.height);
  }
}

void random_zoom_out(const RandomZoomOutSettings& settings, RandomStream& draws, Sample& sample) {
  if (draws.uniform() >= settings.prob) return;
  pad_sample(sample, draw_zoom_out(settings, sample.image.size(), draws), settings.fill);
}

}  // namespace saker
