// A picture of batches: for each row a heading and its images.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "saker/detections.hpp"
#include "saker/image.hpp"
#include "transforms/batch.hpp"

namespace saker {

struct SheetCell {
  Image picture;  // 8-bit RGB
  std::string caption;
};

struct SheetRow {
  std::string title;
  std::vector<std::string> lines;  // below the title
  std::vector<SheetCell> cells;
};

// Image i of a batch as people see it: the normalization undone, 8 bits, at the batch's own size.
Image picture_of(const Batch& batch,
                 std::int64_t i,
                 const std::optional<Normalization>& normalization);

// The same, shrunk to a cell, with its boxes and class names; the caption names file and size.
SheetCell sheet_cell(const Batch& batch,
                     std::int64_t i,
                     const std::optional<Normalization>& normalization,
                     const ClassNames& classes);

Image draw_sheet(std::span<const SheetRow> rows);

}  // namespace saker
