#include "image/draw/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "image/draw/canvas.hpp"
#include "image/draw/stroke_font.hpp"

namespace saker {
namespace {

// In units of the font size.
constexpr double kHeader = 1.7;
constexpr double kBaseline = 1.2;
constexpr double kMargin = 0.5;
constexpr Rgb kPaper = {250, 250, 248};
constexpr Rgb kInk = {28, 35, 48};

std::string boxes_text(const char* what, std::size_t count) {
  return fmt::format("{}: {} {}", what, count, count == 1 ? "box" : "boxes");
}

void fill(Image& image, Rgb color) {
  const std::span<std::uint8_t> values = image.mutable_u8();
  for (std::size_t i = 0; i + 2 < values.size(); i += 3) {
    values[i] = color.red;
    values[i + 1] = color.green;
    values[i + 2] = color.blue;
  }
}

void copy_into(Image& target, const Image& source, std::int64_t left, std::int64_t top) {
  const auto row = static_cast<std::size_t>(3 * source.width());
  for (std::int64_t y = 0; y < source.height(); ++y) {
    std::memcpy(target.mutable_u8().data() + 3 * ((top + y) * target.width() + left),
                source.u8().data() + 3 * y * source.width(),
                row);
  }
}

// A text that is too long for the width is set smaller.
void draw_header(
    Image& picture, const std::string& text, std::int64_t left, std::int64_t width, double font) {
  const double room = static_cast<double>(width) - 2 * kMargin * font;
  const double size = std::min(font, room / text_width(text, 1));
  const PixelRegion region = {
      left, 0, left + width, static_cast<std::int64_t>(std::ceil(kHeader * font))};
  paint(picture, region, [&](CairoContext* context) {
    set_color(context, kInk);
    draw_text(context,
              text,
              static_cast<double>(left) + kMargin * font,
              std::round(kBaseline * font),
              size);
  });
}

}  // namespace

Image draw_comparison(const Image& image,
                      std::span<const DrawnBox> labelled,
                      std::span<const DrawnBox> detected,
                      const DrawStyle& style) {
  const Image left = draw_boxes(image, labelled, style);
  const Image right = draw_boxes(image, detected, style);
  const double font = font_size_for(image, style);
  const auto header = static_cast<std::int64_t>(std::ceil(kHeader * font));
  const auto gap = std::max<std::int64_t>(2, std::llround(0.4 * font));
  Image picture(header + image.height(), 2 * image.width() + gap, 3, PixelType::kU8);
  fill(picture, kPaper);
  const std::int64_t second = image.width() + gap;
  copy_into(picture, left, 0, header);
  copy_into(picture, right, second, header);
  draw_header(picture, boxes_text("labelled", labelled.size()), 0, image.width(), font);
  draw_header(picture, boxes_text("detected", detected.size()), second, image.width(), font);
  return picture;
}

}  // namespace saker
