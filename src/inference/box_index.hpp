// Boxes by place and size, so that one that overlaps a given box is found without looking at all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "saker/detections.hpp"
#include "saker/sahi.hpp"

namespace saker {

// The intersection's area over that of the union or the smaller box, in float32 and without a guard
// against empty ones, as torchvision computes it: not a number for two of them.
float box_overlap(const Box& a, const Box& b, BoxOverlap measure);

struct OverlapRule {
  BoxOverlap measure = BoxOverlap::kIou;
  double threshold = 0.5;   // two boxes match when they overlap by more; [0, 1]
  bool class_wise = false;  // and, if so, have the same label
};

// A grid for each power of two, of cells that large. A box lies in the cell of its centre in the
// grid whose cells are just larger than its longer side, and cells hash into one table of chains. A
// box asks the grids whose boxes can match it by their size, in each the cells that hold the
// centres of boxes that may touch it.
//
// Boxes that are empty, not finite, or reach beyond 2^39 pixels match none.
class BoxIndex {
 public:
  // capacity: the most boxes that will be added.
  BoxIndex(std::size_t capacity, const OverlapRule& rule);

  // Its number is that of the boxes that were added before.
  void add(const Box& box, std::int64_t label);
  // The least number of a box that matches.
  std::optional<std::size_t> first_match(const Box& box, std::int64_t label) const;

 private:
  static constexpr int kLevels = 61;

  struct Entry {
    Box box;
    std::int64_t label = 0;
    std::uint32_t number = 0;
    std::uint32_t next = 0;  // entry of the same chain
  };

  std::uint32_t chain_of(int level, std::int64_t x, std::int64_t y, std::int64_t label) const;
  void improve(const Entry& entry, const Box& box, std::int64_t label, std::uint32_t& best) const;

  OverlapRule rule_;
  std::uint32_t mask_;
  std::vector<std::uint32_t> chains_;  // the first entry of each
  std::vector<Entry> entries_;
  std::array<std::vector<std::uint32_t>, kLevels> levels_;  // entries of each grid
  std::uint32_t added_ = 0;
};

}  // namespace saker
