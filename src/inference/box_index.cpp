#include "inference/box_index.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr int kSmallestExponent = -20;  // of the finest grid's cells: 2^-20 pixels
constexpr double kFarthest = static_cast<double>(std::int64_t{1} << 39);

bool can_match(const Box& box) {
  const auto near = [](float value) {
    return std::abs(static_cast<double>(value)) <= kFarthest;  // false for one that is no number
  };
  return box.x2 > box.x1 && box.y2 > box.y1 && near(box.x1) && near(box.y1) && near(box.x2) &&
         near(box.y2);
}

double longer_side(const Box& box) {
  return std::max(static_cast<double>(box.x2) - static_cast<double>(box.x1),
                  static_cast<double>(box.y2) - static_cast<double>(box.y1));
}

// The grid with the smallest cells that are as large.
int level_of(double extent) {
  int exponent = 0;
  const double mantissa = std::frexp(extent, &exponent);  // extent = mantissa 2^exponent, < 1
  if (mantissa == 0.5) --exponent;
  return std::max(exponent - kSmallestExponent, 0);
}

double cell_size(int level) { return std::ldexp(1.0, level + kSmallestExponent); }

std::int64_t cell_at(double position, double size) {
  return static_cast<std::int64_t>(std::floor(position / size));
}

struct Centre {
  double x, y;
};

Centre centre_of(const Box& box) {
  return {(static_cast<double>(box.x1) + static_cast<double>(box.x2)) / 2,
          (static_cast<double>(box.y1) + static_cast<double>(box.y2)) / 2};
}

}  // namespace

float box_overlap(const Box& a, const Box& b, BoxOverlap measure) {
  const float width = std::max(std::min(a.x2, b.x2) - std::max(a.x1, b.x1), 0.0F);
  const float height = std::max(std::min(a.y2, b.y2) - std::max(a.y1, b.y1), 0.0F);
  const float shared = width * height;
  const float area_a = (a.x2 - a.x1) * (a.y2 - a.y1);
  const float area_b = (b.x2 - b.x1) * (b.y2 - b.y1);
  return measure == BoxOverlap::kIou ? shared / (area_a + area_b - shared)
                                     : shared / std::min(area_a, area_b);
}

BoxIndex::BoxIndex(std::size_t capacity, const OverlapRule& rule)
    : rule_(rule),
      mask_(static_cast<std::uint32_t>(
                std::bit_ceil(2 * std::clamp<std::size_t>(capacity, 1, std::size_t{1} << 30))) -
            1),
      chains_(std::size_t{mask_} + 1, kNone) {
  if (capacity >= kNone) throw Error(ErrorKind::kUsage, "there are too many boxes to be merged");
  entries_.reserve(capacity);
}

void BoxIndex::add(const Box& box, std::int64_t label) {
  const std::uint32_t number = added_++;
  if (!can_match(box)) return;
  const int level = std::min(level_of(longer_side(box)), kLevels - 1);
  const double size = cell_size(level);
  const Centre centre = centre_of(box);
  std::uint32_t& chain =
      chains_[chain_of(level, cell_at(centre.x, size), cell_at(centre.y, size), label)];
  const auto place = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({.box = box, .label = label, .number = number, .next = chain});
  chain = place;
  levels_[static_cast<std::size_t>(level)].push_back(place);
}

std::optional<std::size_t> BoxIndex::first_match(const Box& box, std::int64_t label) const {
  if (!can_match(box)) return std::nullopt;
  const double extent = longer_side(box);
  std::uint32_t best = kNone;
  for (int level = 0; level < kLevels; ++level) {
    const std::vector<std::uint32_t>& grid = levels_[static_cast<std::size_t>(level)];
    if (grid.empty()) continue;
    const double size = cell_size(level);
    // Along the longer side of either box they share at most the other's; an IoU is no larger than
    // that ratio. A grid's boxes are larger than half a cell.
    constexpr double kSlack = 0.999;
    const bool too_small = size < kSlack * rule_.threshold * extent;
    const bool too_large = level > 0 && kSlack * rule_.threshold * size > 2 * extent;
    if (rule_.measure == BoxOverlap::kIou && (too_small || too_large)) continue;
    const double half = size / 2;
    const std::int64_t x_begin = cell_at(static_cast<double>(box.x1) - half, size);
    const std::int64_t x_end = cell_at(static_cast<double>(box.x2) + half, size);
    const std::int64_t y_begin = cell_at(static_cast<double>(box.y1) - half, size);
    const std::int64_t y_end = cell_at(static_cast<double>(box.y2) + half, size);
    const double cells =
        static_cast<double>(x_end - x_begin + 1) * static_cast<double>(y_end - y_begin + 1);
    if (cells > static_cast<double>(grid.size())) {
      for (const std::uint32_t place : grid) improve(entries_[place], box, label, best);
      continue;
    }
    for (std::int64_t y = y_begin; y <= y_end; ++y) {
      for (std::int64_t x = x_begin; x <= x_end; ++x) {
        for (std::uint32_t place = chains_[chain_of(level, x, y, label)]; place != kNone;
             place = entries_[place].next) {
          improve(entries_[place], box, label, best);
        }
      }
    }
  }
  return best == kNone ? std::nullopt : std::optional<std::size_t>(best);
}

// Two cells may share a chain: what does not match is passed over.
std::uint32_t BoxIndex::chain_of(int level,
                                 std::int64_t x,
                                 std::int64_t y,
                                 std::int64_t label) const {
  std::uint64_t key = static_cast<std::uint64_t>(x) * 0x9E3779B97F4A7C15U;
  key = (key ^ (key >> 29) ^ static_cast<std::uint64_t>(y)) * 0xBF58476D1CE4E5B9U;
  if (rule_.class_wise)
    key = (key ^ (key >> 31) ^ static_cast<std::uint64_t>(label)) * 0x94D049BB133111EBU;
  key = (key ^ (key >> 30) ^ static_cast<std::uint64_t>(level)) * 0x9E3779B97F4A7C15U;
  return static_cast<std::uint32_t>(key >> 32) & mask_;
}

void BoxIndex::improve(const Entry& entry,
                       const Box& box,
                       std::int64_t label,
                       std::uint32_t& best) const {
  if (entry.number >= best || (rule_.class_wise && entry.label != label)) return;
  if (static_cast<double>(box_overlap(entry.box, box, rule_.measure)) > rule_.threshold)
    best = entry.number;
}

}  // namespace saker
