#include "api/preview_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "image/draw/canvas.hpp"
#include "image/draw/detections.hpp"
#include "image/draw/network_input.hpp"
#include "image/draw/stroke_font.hpp"
#include "image/resize.hpp"

namespace saker {
namespace {

constexpr std::int64_t kCell = 256;
constexpr std::int64_t kGap = 10;
constexpr std::int64_t kCaption = 20;
constexpr std::int64_t kMostColumns = 8;
constexpr double kTitleSize = 20, kLineSize = 14, kCaptionSize = 12;
constexpr std::int64_t kTitleHeight = 32, kLineHeight = 20;
constexpr std::uint8_t kPaper = 250;
constexpr Rgb kInk = {28, 35, 48}, kDim = {91, 102, 119};

// Cut at the end to the width.
std::string fitted(std::string text, double size, double width) {
  if (text_width(text, size) <= width) return text;
  while (!text.empty() && text_width(text + "...", size) > width) {
    // A UTF-8 character goes as a whole.
    while (text.size() > 1 && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
      text.pop_back();
    text.pop_back();
  }
  return text + "...";
}

// At spaces, to lines of that width.
std::vector<std::string> wrapped(const std::vector<std::string>& texts, double size, double width) {
  std::vector<std::string> lines;
  for (const std::string& text : texts) {
    std::string line;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(' ', begin), text.size());
      const std::string word = text.substr(begin, end - begin);
      const std::string longer = line.empty() ? word : line + " " + word;
      if (!line.empty() && text_width(longer, size) > width) {
        lines.push_back(line);
        line = word;
      } else {
        line = longer;
      }
      begin = end + 1;
    }
    lines.push_back(line);
  }
  return lines;
}

struct Layout {
  std::int64_t columns = 1, width = 0;
};

std::int64_t cell_lines(const SheetRow& row, const Layout& layout) {
  const auto cells = static_cast<std::int64_t>(row.cells.size());
  return (cells + layout.columns - 1) / layout.columns;
}

void draw_line(Image& sheet, const std::string& text, std::int64_t top, double size, Rgb color) {
  const auto height = static_cast<std::int64_t>(size * 1.3);
  paint(sheet, {0, top, sheet.width(), top + height}, [&](CairoContext* context) {
    set_color(context, color);
    draw_text(context, text, kGap, static_cast<double>(top) + size, size);
  });
}

}  // namespace

Image picture_of(const Batch& batch,
                 std::int64_t i,
                 const std::optional<Normalization>& normalization) {
  const std::int64_t values = batch.channels * batch.size.height * batch.size.width;
  const Normalization none{.mean = {}, .std = {}};
  const auto& [mean, std] = normalization ? *normalization : none;
  return picture_of_input({batch.images.data() + i * values, static_cast<std::size_t>(values)},
                          batch.channels,
                          batch.size.height,
                          batch.size.width,
                          mean,
                          std,
                          ColorRounding::kNearest);
}

SheetCell sheet_cell(const Batch& batch,
                     std::int64_t i,
                     const std::optional<Normalization>& normalization,
                     const ClassNames& classes) {
  const Image picture = resize_longer_side(picture_of(batch, i, normalization), kCell);
  const auto width = static_cast<double>(picture.width());
  const auto height = static_cast<double>(picture.height());
  const Annotations& annotations = batch.annotations[static_cast<std::size_t>(i)];
  std::vector<DrawnBox> boxes;
  for (std::size_t k = 0; k < annotations.boxes.size(); ++k) {
    const NormalizedBox& box = annotations.boxes[k];
    const auto& [class_id, name] = classes[static_cast<std::size_t>(annotations.classes[k])];
    boxes.push_back({.box = {static_cast<float>((box.center_x - box.width / 2) * width),
                             static_cast<float>((box.center_y - box.height / 2) * height),
                             static_cast<float>((box.center_x + box.width / 2) * width),
                             static_cast<float>((box.center_y + box.height / 2) * height)},
                     .class_id = class_id,
                     .text = name});
  }
  const std::filesystem::path path = batch.paths[static_cast<std::size_t>(i)];
  return {.picture = draw_boxes(picture, boxes),
          .caption = fmt::format(
              "{}x{}  {}", batch.size.width, batch.size.height, path.filename().string())};
}

Image draw_sheet(std::span<const SheetRow> rows) {
  Layout layout;
  for (const SheetRow& row : rows) {
    layout.columns =
        std::clamp(static_cast<std::int64_t>(row.cells.size()), layout.columns, kMostColumns);
  }
  layout.columns = std::max<std::int64_t>(layout.columns, 3);  // room for the headings
  layout.width = kGap + layout.columns * (kCell + kGap);
  const auto room = static_cast<double>(layout.width - 2 * kGap);
  std::int64_t height = kGap;
  std::vector<std::vector<std::string>> lines;
  for (const SheetRow& row : rows) {
    lines.push_back(wrapped(row.lines, kLineSize, room));
    height += kTitleHeight + static_cast<std::int64_t>(lines.back().size()) * kLineHeight +
              cell_lines(row, layout) * (kCell + kCaption + kGap) + kGap;
  }
  Image sheet(height, layout.width, 3, PixelType::kU8);
  std::ranges::fill(sheet.mutable_u8(), kPaper);
  std::int64_t top = kGap;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    draw_line(sheet, fitted(rows[r].title, kTitleSize, room), top, kTitleSize, kInk);
    top += kTitleHeight;
    for (const std::string& line : lines[r]) {
      draw_line(sheet, line, top, kLineSize, kDim);
      top += kLineHeight;
    }
    for (std::size_t i = 0; i < rows[r].cells.size(); ++i) {
      const SheetCell& cell = rows[r].cells[i];
      const auto index = static_cast<std::int64_t>(i);
      const std::int64_t left = kGap + index % layout.columns * (kCell + kGap);
      const std::int64_t cell_top = top + index / layout.columns * (kCell + kCaption + kGap);
      paste(cell.picture,
            left + (kCell - cell.picture.width()) / 2,
            cell_top + (kCell - cell.picture.height()) / 2,
            sheet);
      const std::int64_t base = cell_top + kCell;
      paint(sheet, {left, base, left + kCell, base + kCaption}, [&](CairoContext* context) {
        set_color(context, kDim);
        draw_text(context,
                  fitted(cell.caption, kCaptionSize, kCell),
                  static_cast<double>(left),
                  static_cast<double>(base) + kCaptionSize + 2,
                  kCaptionSize);
      });
    }
    top += cell_lines(rows[r], layout) * (kCell + kCaption + kGap) + kGap;
  }
  return sheet;
}

}  // namespace saker
