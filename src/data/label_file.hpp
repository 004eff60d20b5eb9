// YOLO label files: one object a line, "class x_center y_center width height", as fractions of the
// image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/annotations.hpp"

namespace saker {

struct LabelLine {
  std::int64_t class_id = 0;  // as written, truncated toward zero
  NormalizedBox box;          // as written; no range is checked
  std::int64_t line = 0;      // 1-based
};

// What else was seen of a label file, line by line.
struct LabelFileDetails {
  struct Problem {
    std::int64_t line = 0;
    std::string text;  // the line, shortened, with escapes for what is not printable ASCII
    std::string message;
  };
  std::vector<Problem> problems;  // lines that cannot be read

  struct Repeat {
    std::int64_t line = 0, first = 0;  // has the text of line `first`
  };
  std::vector<Repeat> repeats;

  struct Wide {
    std::int64_t line = 0, columns = 0;  // more than five
  };
  std::vector<Wide> wide;

  struct Fraction {
    std::int64_t line = 0;
    double value = 0;  // the class as written, no whole number
  };
  std::vector<Fraction> fractions;
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

// The same without an end at the first line that cannot be read: such lines are left out and told
// of in `details`.
LabelFile parse_label_text(std::string_view text, LabelFileDetails& details);

}  // namespace saker
