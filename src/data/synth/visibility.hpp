// What can be seen of objects that cover one another.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "image/draw/canvas.hpp"
#include "saker/detections.hpp"

namespace saker {

// A stack of silhouettes, each put on top of those before it.
class VisibilityMap {
 public:
  VisibilityMap(std::int64_t width, std::int64_t height);

  // A path, to be filled.
  using Trace = std::function<void(CairoContext*)>;

  // Puts an object on top and returns its index, if afterwards at least `minimum` of its area and
  // of every earlier object's area is visible; otherwise nothing changes. Area outside of the image
  // counts as hidden. margin: pixels by which the silhouette may reach outside of the image.
  std::optional<std::size_t> add_object(const Trace& trace, std::int64_t margin, double minimum);

  // The same for a thing that hides objects but is none itself. Returns whether it was put.
  bool add_cover(const Trace& trace, std::int64_t margin, double minimum);

  // In [0, 1].
  double visible_fraction(std::size_t object) const;

  // The corners of the visible pixels; right and bottom are exclusive.
  Box visible_box(std::size_t object) const;

 private:
  struct Silhouette {
    std::int64_t area = 0;                // pixels, also outside of the image
    std::vector<std::int64_t> positions;  // the pixels inside
  };
  Silhouette render(const Trace& trace, std::int64_t margin) const;
  bool others_stay_visible(const Silhouette& silhouette, double minimum) const;
  void put(const Silhouette& silhouette, std::int32_t owner);

  std::int64_t width_, height_;
  std::vector<std::int32_t> owner_;  // of each pixel: an object's index, or negative
  std::vector<std::int64_t> area_, visible_;
};

}  // namespace saker
