#include "image/draw/torchvision_boxes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "image/draw/canvas.hpp"
#include "image/draw/pixel_rectangle.hpp"
#include "image/draw/stroke_font.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint8_t kFillAlpha = 100;

void check(std::span<const Box> boxes, const TorchvisionStyle& style) {
  if (style.width < 1 || !(style.font_size > 0)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("width {} and font size {} of drawn boxes must be positive",
                            style.width,
                            style.font_size));
  }
  if (!style.labels.empty() && style.labels.size() != boxes.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} labels were given for {} boxes; give one a box or none",
                            style.labels.size(),
                            boxes.size()));
  }
  if (style.colors.size() > 1 && style.colors.size() < boxes.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} colors were given for {} boxes; give one a box, one or none",
                            style.colors.size(),
                            boxes.size()));
  }
}

// Float pixels as torchvision rounds them: [0, 1] is cut into 256 equal parts.
Image to_levels(const Image& image) {
  if (image.type() == PixelType::kU8) return to_rgb_u8(image);
  Image levels(image.height(), image.width(), image.channels(), PixelType::kU8);
  std::ranges::transform(image.f32(), levels.mutable_u8().begin(), [](float value) {
    const float unit = value > 0.0F ? std::min(value, 1.0F) : 0.0F;
    return static_cast<std::uint8_t>(unit * 255.999F);
  });
  return to_rgb_u8(levels);
}

Image to_float(const Image& levels) {
  Image image(levels.height(), levels.width(), levels.channels(), PixelType::kF32);
  std::ranges::transform(levels.u8(), image.mutable_f32().begin(), [](std::uint8_t value) {
    return static_cast<float>(value) / 255.0F;
  });
  return image;
}

void draw_label(Image& image,
                const PixelRectangle& box,
                const std::string& text,
                Rgb color,
                const TorchvisionStyle& style) {
  const double size = style.font_size;
  const double x = static_cast<double>(box.x1 + style.width + 1);
  const double y = static_cast<double>(box.y1 + style.width + 1);
  const double ascent = std::ceil(kCapHeight * size);
  const PixelRectangle bounds = {
      static_cast<std::int64_t>(x) - 1,
      static_cast<std::int64_t>(y) - 1,
      static_cast<std::int64_t>(std::min(std::ceil(x + text_width(text, size)), 1e12)) + 1,
      static_cast<std::int64_t>(std::min(std::ceil(y + ascent + kDescent * size), 1e12)) + 1};
  if (style.fill_labels) fill_rectangle(image, bounds, color);
  paint(image, {bounds.x1, bounds.y1, bounds.x2 + 1, bounds.y2 + 1}, [&](CairoContext* context) {
    set_color(context, style.fill_labels ? Rgb{} : color);
    draw_text(context, text, x, y + ascent, size);
  });
}

}  // namespace

Rgb torchvision_color(std::int64_t box_index) {
  const auto channel = [&](std::int64_t factor) {
    return static_cast<std::uint8_t>((box_index % 255) * factor % 255);
  };
  return {channel(1), channel(127), channel(31)};
}

Image draw_torchvision_boxes(const Image& image,
                             std::span<const Box> boxes,
                             const TorchvisionStyle& style) {
  check(boxes, style);
  Image drawn = to_levels(image);
  if (boxes.empty()) return image;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const std::optional<PixelRectangle> box = to_pixel_rectangle(boxes[i]);
    if (!box) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("box {} is ({}, {}, {}, {}); finite coordinates with x1 <= x2 and "
                              "y1 <= y2 are needed",
                              i,
                              boxes[i].x1,
                              boxes[i].y1,
                              boxes[i].x2,
                              boxes[i].y2));
    }
    const Rgb color = style.colors.empty()       ? torchvision_color(static_cast<std::int64_t>(i))
                      : style.colors.size() == 1 ? style.colors.front()
                                                 : style.colors[i];
    if (style.fill) fill_rectangle(drawn, *box, color, kFillAlpha);
    outline_rectangle(drawn, *box, style.width, color);
    if (!style.labels.empty() && !style.labels[i].empty()) {
      draw_label(drawn, *box, style.labels[i], color, style);
    }
  }
  return image.type() == PixelType::kF32 ? to_float(drawn) : drawn;
}

}  // namespace saker
