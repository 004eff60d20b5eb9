#include "image/draw/detections.hpp"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "image/draw/canvas.hpp"
#include "image/draw/class_color.hpp"
#include "image/draw/stroke_font.hpp"
#include "image/draw/tag_placement.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// In units of the font size.
constexpr double kTagHeight = 1.34;
constexpr double kTagPadding = 0.16;
constexpr double kBaseline = 1.02;
constexpr double kTagWeight = 0.115;

struct Sizes {
  double line, font;
};

// What is drawn of one box.
struct Item {
  const DrawnBox* source;
  TagArea area;  // the box, cut to just outside of the image: Cairo's coordinates are fixed-point
  Rgb color;
  double font = 0;  // 0: no tag
  TagArea tag;
};

Sizes sizes_for(const Image& image, const DrawStyle& style) {
  const double extent =
      std::sqrt(static_cast<double>(image.height()) * static_cast<double>(image.width()));
  return {style.line_width > 0 ? style.line_width : std::max(2.0, 0.0040 * extent),
          style.font_size > 0 ? style.font_size : std::max(11.0, 0.0215 * extent)};
}

void check(const DrawStyle& style) {
  const auto inside = [](double value, double high) { return value >= 0 && value <= high; };
  if (!inside(style.line_width, 1e4) || !inside(style.font_size, 1e4) ||
      !inside(style.fill_opacity, 1)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("drawing style out of range: line width {} and font size {} must be in "
                            "[0, 10000], fill opacity {} in [0, 1]",
                            style.line_width,
                            style.font_size,
                            style.fill_opacity));
  }
}

std::vector<Item> visible_items(const Image& image,
                                std::span<const DrawnBox> boxes,
                                const Sizes& sizes) {
  const double width = static_cast<double>(image.width());
  const double height = static_cast<double>(image.height());
  const double margin = 4 * sizes.line;
  std::vector<Item> items;
  items.reserve(boxes.size());
  for (const DrawnBox& box : boxes) {
    const auto [x1, y1, x2, y2] = box.box;
    const bool finite =
        std::isfinite(x1) && std::isfinite(y1) && std::isfinite(x2) && std::isfinite(y2);
    if (!finite || x1 > x2 || y1 > y2 || x2 <= 0 || y2 <= 0 || x1 >= width || y1 >= height)
      continue;
    const double left = std::max<double>(x1, -margin);
    const double top = std::max<double>(y1, -margin);
    Item item = {.source = &box,
                 .area = {left,
                          top,
                          std::min<double>(x2, width + margin) - left,
                          std::min<double>(y2, height + margin) - top},
                 .color = palette_color(box.class_id),
                 .tag = {}};
    if (!box.text.empty()) {
      // A text that is too long for the image is set smaller.
      const double unit = text_width(box.text, 1) + 2 * kTagPadding;
      item.font = std::min(sizes.font, std::min(width / unit, height / kTagHeight));
      item.tag.width = std::min(std::ceil(unit * item.font), width);
      item.tag.height = std::min(std::round(kTagHeight * item.font), height);
    }
    items.push_back(item);
  }
  return items;
}

// The part of a box that is seen, widened to its outline's outer edge, which tags touch.
TagArea seen(const Item& item, const Image& image, double line) {
  const double half = line / 2;
  const double left = std::max(item.area.x - half, 0.0);
  const double top = std::max(item.area.y - half, 0.0);
  const double right =
      std::min(item.area.x + item.area.width + half, static_cast<double>(image.width()));
  const double bottom =
      std::min(item.area.y + item.area.height + half, static_cast<double>(image.height()));
  return {left, top, right - left, bottom - top};
}

void place(std::vector<Item>& items, const Image& image, double line) {
  std::vector<TagArea> boxes, tags;
  for (const Item& item : items) {
    boxes.push_back(seen(item, image, line));
    tags.push_back(item.tag);
  }
  const std::vector<TagArea> placed = place_tags(
      boxes, tags, static_cast<double>(image.width()), static_cast<double>(image.height()));
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].tag = placed[i];
    items[i].tag.x = std::round(placed[i].x);
    items[i].tag.y = std::round(placed[i].y);
  }
}

void draw_outline(CairoContext* context, const Item& item, double line, double fill_opacity) {
  const TagArea& area = item.area;
  const double radius = std::min({1.5 * line, area.width / 2, area.height / 2});
  rounded_rectangle(context, area.x, area.y, area.width, area.height, radius);
  set_color(context, item.color, fill_opacity);
  cairo_fill_preserve(context);
  // A pale seam keeps the outline visible on a background of its own colour.
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT);
  cairo_set_dash(context, nullptr, 0, 0);
  set_color(context, {255, 255, 255}, 0.35);
  cairo_set_line_width(context, line + std::max(1.0, 0.5 * line));
  cairo_stroke_preserve(context);
  if (item.source->ground_truth) {
    const double dash[] = {3.5 * line, 2.5 * line};
    cairo_set_dash(context, dash, 2, 0);
  }
  set_color(context, item.color);
  cairo_set_line_width(context, line);
  cairo_stroke(context);
}

void draw_tag(CairoContext* context, const Item& item) {
  if (item.font <= 0) return;
  const TagArea& tag = item.tag;
  rounded_rectangle(
      context, tag.x, tag.y, tag.width, tag.height, 0.2 * std::min(tag.width, tag.height));
  set_color(context, item.color, 0.94);
  cairo_fill(context);
  set_color(context, readable_text_color(item.color));
  draw_text(context,
            item.source->text,
            tag.x + kTagPadding * item.font,
            std::round(tag.y + kBaseline * item.font),
            item.font,
            kTagWeight);
}

}  // namespace

Image draw_boxes(const Image& image, std::span<const DrawnBox> boxes, const DrawStyle& style) {
  check(style);
  Image picture = to_rgb_u8(image);
  const Sizes sizes = sizes_for(picture, style);
  std::vector<Item> items = visible_items(picture, boxes, sizes);
  if (items.empty()) return picture;
  place(items, picture, sizes.line);
  paint(picture, [&](CairoContext* context) {
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      draw_outline(context, *item, sizes.line, style.fill_opacity);
    }
    for (auto item = items.rbegin(); item != items.rend(); ++item) draw_tag(context, *item);
  });
  return picture;
}

double font_size_for(const Image& image, const DrawStyle& style) {
  return sizes_for(image, style).font;
}

std::string class_name(const ClassNames& names, std::int64_t id) {
  const auto name = std::ranges::find(names, id, [](const auto& entry) { return entry.first; });
  return name != names.end() ? name->second : fmt::format("class {}", id);
}

std::vector<DrawnBox> drawn_boxes(const Detections& detections, const ClassNames& names) {
  std::vector<std::size_t> order(detections.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return detections.scores[a] > detections.scores[b];
  });
  std::vector<DrawnBox> boxes;
  boxes.reserve(order.size());
  for (const std::size_t i : order) {
    const std::int64_t id = detections.labels[i];
    boxes.push_back(
        {.box = detections.bboxes[i],
         .class_id = id,
         .text = fmt::format("{} {:.2f}", class_name(names, id), detections.scores[i])});
  }
  return boxes;
}

std::vector<DrawnBox> drawn_labels(const Detections& labels, const ClassNames& names) {
  std::vector<DrawnBox> boxes;
  boxes.reserve(labels.bboxes.size());
  for (std::size_t i = 0; i < labels.bboxes.size(); ++i) {
    boxes.push_back({.box = labels.bboxes[i],
                     .class_id = labels.labels[i],
                     .text = class_name(names, labels.labels[i]),
                     .ground_truth = true});
  }
  return boxes;
}

}  // namespace saker
