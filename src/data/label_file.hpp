// YOLO label files: one object a line, "class x_center y_center width height", as fractions of the
// image.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/annotations.hpp"

namespace saker {

struct LabelLine {
  std::int64_t class_id = 0;  // as written, truncated toward zero
  NormalizedBox box;          // as written; no range is checked
  std::int64_t line = 0;      // 1-based
};

struct LabelFile {
  std::vector<LabelLine> lines;
  std::int64_t duplicates = 0;  // lines left out because an earlier one has the same text
  std::int64_t wide_lines =
      0;  // lines of more than six columns, such as polygons, of which the first five are read
};

// Lines end with \n, \r\n or \r; empty ones are skipped. Columns are decimal numbers (nan and inf
// among them) between white space; those after the fifth are checked and left out. `source` names
// the file in errors. Throws Error (data) with file and line for a column that is no number, for
// fewer than five columns and for a class that is not finite.
LabelFile parse_label_text(std::string_view text, std::string_view source);

}  // namespace saker
