#include "data/check/box_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

namespace saker {
namespace {

constexpr double kUnknownSide = 1000;
constexpr double kRepeatedIou = 0.9;
// LTDETR leaves out boxes with a side below 4 of its input's 640 pixels.
constexpr double kLeastSide = 4, kInputSide = 640;

struct Corners {
  double x1, y1, x2, y2;

  double width() const { return x2 - x1; }
  double height() const { return y2 - y1; }
};

// Training keeps corners as float32; so small a box may lose its area there.
Corners corners_of(const NormalizedBox& box) {
  const auto x = static_cast<float>(box.center_x), y = static_cast<float>(box.center_y);
  const auto half_width = static_cast<float>(box.width) / 2;
  const auto half_height = static_cast<float>(box.height) / 2;
  return {x - half_width, y - half_height, x + half_width, y + half_height};
}

Corners clipped(const Corners& box) {
  return {std::clamp(box.x1, 0.0, 1.0),
          std::clamp(box.y1, 0.0, 1.0),
          std::clamp(box.x2, 0.0, 1.0),
          std::clamp(box.y2, 0.0, 1.0)};
}

bool is_finite(const NormalizedBox& box) {
  return std::isfinite(box.center_x) && std::isfinite(box.center_y) && std::isfinite(box.width) &&
         std::isfinite(box.height);
}

double iou(const Corners& a, const Corners& b) {
  const double width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const double height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const double both = width * height;
  return both / (a.width() * a.height() + b.width() * b.height() - both);
}

// As its format writes it.
std::string text_of_box(const NormalizedBox& box, const std::optional<PixelSize>& written_in) {
  if (!written_in)
    return fmt::format("{:g} {:g} {:g} {:g}", box.center_x, box.center_y, box.width, box.height);
  const auto width = static_cast<double>(written_in->width);
  const auto height = static_cast<double>(written_in->height);
  return fmt::format("[{:g}, {:g}, {:g}, {:g}]",
                     (box.center_x - box.width / 2) * width,
                     (box.center_y - box.height / 2) * height,
                     box.width * width,
                     box.height * height);
}

bool looks_like_pixels(const NormalizedBox& box) {
  return box.center_x > 2 && box.center_y > 2 && box.width > 2 && box.height > 2;
}

double overhang_of(const NormalizedBox& box, const std::optional<ImageFacts>& image) {
  const Corners corners = corners_of(box);
  const double width = image ? static_cast<double>(image->width) : kUnknownSide;
  const double height = image ? static_cast<double>(image->height) : kUnknownSide;
  return std::max({-corners.x1 * width,
                   (corners.x2 - 1) * width,
                   -corners.y1 * height,
                   (corners.y2 - 1) * height});
}

class BoxCheck {
 public:
  BoxCheck(DataFinding base,
           const std::optional<PixelSize>& written_in,
           const std::optional<ImageFacts>& facts,
           Findings& findings)
      : base_(std::move(base)), written_in_(written_in), facts_(facts), findings_(findings) {}

  void check(const CheckedBox& checked) {
    const NormalizedBox& box = checked.box;
    switch (fate_of(box, facts_)) {
      case BoxFate::kDegenerate:
        add(FindingKind::kBoxDegenerate, checked, degenerate_reason(box));
        return;
      case BoxFate::kOutside:
        add(FindingKind::kBoxOutside,
            checked,
            !written_in_ && looks_like_pixels(box)
                ? "wholly outside; the numbers look like pixels rather than fractions"
                : "wholly outside");
        return;
      case BoxFate::kClipped:
        add(FindingKind::kBoxClipped,
            checked,
            fmt::format("reaches over the edge by {:.3g} {}",
                        overhang_of(box, facts_) / (facts_ ? 1 : kUnknownSide),
                        facts_ ? "pixels" : "of the image"));
        break;
      case BoxFate::kKept:
        break;
    }
    check_size(checked);
  }

  // Pairs are looked for along x: boxes that overlap so much begin near each other.
  void check_pairs(const std::vector<CheckedBox>& boxes) {
    std::vector<std::pair<Corners, const CheckedBox*>> sorted;
    for (const CheckedBox& box : boxes) {
      if (box.misread) continue;
      const BoxFate fate = fate_of(box.box, facts_);
      if (fate == BoxFate::kKept || fate == BoxFate::kClipped)
        sorted.emplace_back(clipped(corners_of(box.box)), &box);
    }
    std::ranges::sort(sorted, {}, [](const auto& entry) {
      return std::tuple(entry.second->class_index, entry.first.x1, entry.second->position());
    });
    std::vector<std::tuple<std::int64_t, std::int64_t, double, const CheckedBox*>> pairs;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const auto& [box, checked] = sorted[i];
      const double reach = box.x1 + (1 - kRepeatedIou) * box.width();
      for (std::size_t j = i + 1; j < sorted.size(); ++j) {
        const auto& [other, other_checked] = sorted[j];
        if (other_checked->class_index != checked->class_index || other.x1 > reach) break;
        const double overlap = iou(box, other);
        if (overlap < kRepeatedIou) continue;
        const bool later = other_checked->position() > checked->position();
        pairs.emplace_back((later ? other_checked : checked)->position(),
                           (later ? checked : other_checked)->position(),
                           overlap,
                           later ? other_checked : checked);
      }
    }
    std::ranges::sort(pairs);
    for (const auto& [line, first, overlap, checked] : pairs) {
      add(FindingKind::kBoxRepeated,
          *checked,
          fmt::format(fmt::runtime(checked->entry >= 0 ? "IoU {:.3f} with annotations[{}]"
                                                       : "IoU {:.3f} with the box of line {}"),
                      overlap,
                      first));
    }
  }

 private:
  void add(FindingKind kind, const CheckedBox& box, std::string message) {
    DataFinding finding = base_;
    finding.line = box.line;
    if (box.entry >= 0) finding.place = fmt::format("annotations[{}].bbox", box.entry);
    finding.value = text_of_box(box.box, written_in_);
    finding.message = std::move(message);
    findings_.add(kind, std::move(finding));
  }

  static std::string degenerate_reason(const NormalizedBox& box) {
    if (!is_finite(box)) return "a number is not finite";
    if (box.width < 0 || box.height < 0) return "a negative side";
    if (box.width == 0 || box.height == 0) return "a side of 0";
    return "a side too short to be told from 0";
  }

  void check_size(const CheckedBox& checked) {
    const Corners box = clipped(corners_of(checked.box));
    const double shown = std::min(box.width(), box.height()) * kInputSide;
    if (facts_) {
      const double width = box.width() * static_cast<double>(facts_->width);
      const double height = box.height() * static_cast<double>(facts_->height);
      if (width * height >= 1 && shown >= kLeastSide) return;
      add(FindingKind::kBoxTiny,
          checked,
          fmt::format("{:.3g} x {:.3g} pixels of the image", width, height));
    } else if (shown < kLeastSide) {
      add(FindingKind::kBoxTiny, checked, fmt::format("a side of {:.3g} at 640 x 640", shown));
    }
  }

  DataFinding base_;
  const std::optional<PixelSize>& written_in_;
  const std::optional<ImageFacts>& facts_;
  Findings& findings_;
};

}  // namespace

BoxFate fate_of(const NormalizedBox& box, const std::optional<ImageFacts>& image) {
  if (!is_finite(box) || !(box.width > 0) || !(box.height > 0)) return BoxFate::kDegenerate;
  const Corners corners = corners_of(box);
  if (corners.x2 <= 0 || corners.y2 <= 0 || corners.x1 >= 1 || corners.y1 >= 1)
    return BoxFate::kOutside;
  const Corners inside = clipped(corners);
  if (!(inside.x2 > inside.x1) || !(inside.y2 > inside.y1)) return BoxFate::kDegenerate;
  if (image && inside.width() * static_cast<double>(image->width) * inside.height() *
                       static_cast<double>(image->height) <
                   1e-7)
    return BoxFate::kDegenerate;
  return overhang_of(box, image) > kOverhangPixels ? BoxFate::kClipped : BoxFate::kKept;
}

void check_boxes(const std::string& image,
                 const std::string& split,
                 const CheckedLabels& labels,
                 const std::optional<ImageFacts>& facts,
                 Findings& findings) {
  BoxCheck check(
      {.split = split, .file = labels.file, .image = image}, labels.image_size, facts, findings);
  for (const CheckedBox& box : labels.boxes) {
    if (!box.misread) check.check(box);
  }
  check.check_pairs(labels.boxes);
}

}  // namespace saker
