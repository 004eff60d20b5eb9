#include "data/synth/visibility.hpp"

#include <cairo.h>

#include <algorithm>

#include "saker/image.hpp"

namespace saker {
namespace {

constexpr std::int32_t kNobody = -1;

bool enough(std::int64_t visible, std::int64_t area, double minimum) {
  return area > 0 && visible > 0 &&
         static_cast<double>(visible) >= minimum * static_cast<double>(area);
}

}  // namespace

VisibilityMap::VisibilityMap(std::int64_t width, std::int64_t height)
    : width_(width), height_(height), owner_(static_cast<std::size_t>(width * height), kNobody) {}

VisibilityMap::Silhouette VisibilityMap::render(const Trace& trace, std::int64_t margin) const {
  Image mask(height_ + 2 * margin, width_ + 2 * margin, 3, PixelType::kU8);
  paint(mask, [&](CairoContext* context) {
    cairo_translate(context, static_cast<double>(margin), static_cast<double>(margin));
    trace(context);
    set_color(context, {255, 255, 255});
    cairo_fill(context);
  });
  Silhouette silhouette;
  const std::uint8_t* pixel = mask.u8().data();
  for (std::int64_t y = -margin; y < height_ + margin; ++y) {
    for (std::int64_t x = -margin; x < width_ + margin; ++x, pixel += 3) {
      if (*pixel < 128) continue;
      ++silhouette.area;
      if (x >= 0 && x < width_ && y >= 0 && y < height_)
        silhouette.positions.push_back(y * width_ + x);
    }
  }
  return silhouette;
}

bool VisibilityMap::others_stay_visible(const Silhouette& silhouette, double minimum) const {
  std::vector<std::int64_t> left = visible_;
  for (const std::int64_t position : silhouette.positions) {
    const std::int32_t owner = owner_[static_cast<std::size_t>(position)];
    if (owner != kNobody) --left[static_cast<std::size_t>(owner)];
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != visible_[i] && !enough(left[i], area_[i], minimum)) return false;
  }
  return true;
}

void VisibilityMap::put(const Silhouette& silhouette, std::int32_t owner) {
  for (const std::int64_t position : silhouette.positions) {
    std::int32_t& pixel = owner_[static_cast<std::size_t>(position)];
    if (pixel != kNobody) --visible_[static_cast<std::size_t>(pixel)];
    pixel = owner;
  }
}

std::optional<std::size_t> VisibilityMap::add_object(const Trace& trace,
                                                     std::int64_t margin,
                                                     double minimum) {
  const Silhouette silhouette = render(trace, margin);
  const auto visible = static_cast<std::int64_t>(silhouette.positions.size());
  if (!enough(visible, silhouette.area, minimum) || !others_stay_visible(silhouette, minimum)) {
    return std::nullopt;
  }
  const std::size_t index = area_.size();
  put(silhouette, static_cast<std::int32_t>(index));
  area_.push_back(silhouette.area);
  visible_.push_back(visible);
  return index;
}

bool VisibilityMap::add_cover(const Trace& trace, std::int64_t margin, double minimum) {
  const Silhouette silhouette = render(trace, margin);
  if (!others_stay_visible(silhouette, minimum)) return false;
  put(silhouette, kNobody);
  return true;
}

double VisibilityMap::visible_fraction(std::size_t object) const {
  return static_cast<double>(visible_[object]) / static_cast<double>(area_[object]);
}

Box VisibilityMap::visible_box(std::size_t object) const {
  std::int64_t left = width_, top = height_, right = 0, bottom = 0;
  for (std::int64_t y = 0; y < height_; ++y) {
    for (std::int64_t x = 0; x < width_; ++x) {
      if (owner_[static_cast<std::size_t>(y * width_ + x)] != static_cast<std::int32_t>(object))
        continue;
      left = std::min(left, x);
      top = std::min(top, y);
      right = std::max(right, x + 1);
      bottom = std::max(bottom, y + 1);
    }
  }
  return {static_cast<float>(left),
          static_cast<float>(top),
          static_cast<float>(right),
          static_cast<float>(bottom)};
}

}  // namespace saker
