#include "image/draw/training_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "image/draw/canvas.hpp"
#include "image/draw/class_color.hpp"
#include "image/draw/network_input.hpp"
#include "image/draw/pixel_rectangle.hpp"
#include "image/draw/stroke_font.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kOutline = 2;
constexpr std::int64_t kPadding = 4;
constexpr double kFontSize = 20;
constexpr float kMinimumScore = 0.1F;

std::string name_of(std::int64_t class_id, const ClassNames& names) {
  const auto name =
      std::ranges::find(names, class_id, [](const auto& entry) { return entry.first; });
  return name != names.end() ? name->second : fmt::format("Class {}", class_id);
}

void check(const GridImage& image, std::span<const double> mean, std::span<const double> std) {
  const bool sized = image.channels > 0 && image.height > 0 && image.width > 0 &&
                     image.chw.size() == static_cast<std::size_t>(image.channels) *
                                             static_cast<std::size_t>(image.height) *
                                             static_cast<std::size_t>(image.width);
  const bool normalized = mean.size() == std.size() &&
                          (mean.empty() || mean.size() == static_cast<std::size_t>(image.channels));
  if (!sized || !normalized) {
    throw Error(ErrorKind::kInternal,
                fmt::format("a {} x {} x {} image with {} values and a normalization of {} means "
                            "and {} deviations cannot be drawn",
                            image.channels,
                            image.height,
                            image.width,
                            image.chw.size(),
                            mean.size(),
                            std.size()));
  }
}

void draw_label(Image& image, const PixelRectangle& box, const std::string& text, Rgb color) {
  const auto text_size = static_cast<std::int64_t>(std::ceil(text_width(text, kFontSize)));
  const auto ascent = static_cast<std::int64_t>(std::ceil(kAscent * kFontSize));
  const auto descent = static_cast<std::int64_t>(std::ceil(kDescent * kFontSize));
  const std::int64_t width = text_size + 2 * kPadding;
  const std::int64_t height = ascent + descent + 2 * kPadding;
  const std::int64_t top = box.y1 >= height ? box.y1 - height : box.y1;
  fill_rectangle(image, {box.x1, top, box.x1 + width - 1, top + height - 1}, color);
  paint(image, {box.x1, top, box.x1 + width, top + height}, [&](CairoContext* context) {
    set_color(context, {255, 255, 255});
    draw_text(context,
              text,
              static_cast<double>(box.x1 + kPadding),
              static_cast<double>(top + kPadding + ascent),
              kFontSize);
  });
}

Image drawn(const GridImage& source, std::span<const double> mean, std::span<const double> std) {
  Image image = picture_of_input(
      source.chw, source.channels, source.height, source.width, mean, std, ColorRounding::kDown);
  for (const GridBox& entry : source.boxes) {
    const std::optional<PixelRectangle> box = to_pixel_rectangle(entry.box);
    if (!box) continue;
    const Rgb color = class_color(entry.class_id);
    outline_rectangle(image, *box, kOutline, color);
    if (!entry.text.empty()) draw_label(image, *box, entry.text, color);
  }
  return image;
}

}  // namespace

Image training_grid(std::span<const GridImage> images,
                    std::span<const double> mean,
                    std::span<const double> std) {
  if (images.empty()) throw Error(ErrorKind::kInternal, "a grid needs at least one image");
  std::int64_t cell_height = 0;
  std::int64_t cell_width = 0;
  for (const GridImage& image : images) {
    check(image, mean, std);
    cell_height = std::max(cell_height, image.height);
    cell_width = std::max(cell_width, image.width);
  }
  const auto count = static_cast<std::int64_t>(images.size());
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const std::int64_t rows = (count + columns - 1) / columns;
  Image grid(rows * cell_height, columns * cell_width, 3, PixelType::kU8);
  for (std::int64_t i = 0; i < count; ++i) {
    const Image cell = drawn(images[static_cast<std::size_t>(i)], mean, std);
    const std::int64_t top = i / columns * cell_height + (cell_height - cell.height()) / 2;
    const std::int64_t left = i % columns * cell_width + (cell_width - cell.width()) / 2;
    paste(cell, left, top, grid);
  }
  return grid;
}

GridBox label_grid_box(double center_x,
                       double center_y,
                       double box_width,
                       double box_height,
                       std::int64_t class_id,
                       const ClassNames& names,
                       std::int64_t width,
                       std::int64_t height) {
  const double w = static_cast<double>(width);
  const double h = static_cast<double>(height);
  return {.box = {static_cast<float>((center_x - box_width / 2) * w),
                  static_cast<float>((center_y - box_height / 2) * h),
                  static_cast<float>((center_x + box_width / 2) * w),
                  static_cast<float>((center_y + box_height / 2) * h)},
          .class_id = class_id,
          .text = name_of(class_id, names)};
}

PredictionGridBoxes prediction_grid_boxes(const Detections& detections,
                                          const ClassNames& names,
                                          std::int64_t original_width,
                                          std::int64_t original_height,
                                          std::int64_t input_width,
                                          std::int64_t input_height) {
  const float scale_x = static_cast<float>(input_width) / static_cast<float>(original_width);
  const float scale_y = static_cast<float>(input_height) / static_cast<float>(original_height);
  PredictionGridBoxes result;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    if (!(detections.scores[i] >= kMinimumScore)) continue;
    const auto [x1, y1, x2, y2] = detections.bboxes[i];
    if (!(x1 <= x2 && y1 <= y2 && std::isfinite(x2 - x1) && std::isfinite(y2 - y1))) {
      ++result.dropped;
      continue;
    }
    const std::int64_t id = detections.labels[i];
    result.boxes.push_back(
        {.box = {x1 * scale_x, y1 * scale_y, x2 * scale_x, y2 * scale_y},
         .class_id = id,
         .text = fmt::format("{} {:.2f}", name_of(id, names), detections.scores[i])});
  }
  return result;
}

}  // namespace saker
