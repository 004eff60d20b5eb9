#include "data/label_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_set>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kColumns = 5;
// A sixth column is a confidence, as trackers and other detectors write it; more are a polygon or
// key points.
constexpr std::size_t kColumnsWithConfidence = 6;
constexpr std::size_t kQuotedCharacters = 40;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

std::string_view strip(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the text up to the next white space from the front of a stripped line.
std::string_view take_column(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && !is_space(rest[end])) ++end;
  const std::string_view column = rest.substr(0, end);
  while (end < rest.size() && is_space(rest[end])) ++end;
  rest.remove_prefix(end);
  return column;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Drops underscores between two digits, which group digits; empty when one stands elsewhere.
std::optional<std::string> without_digit_groups(std::string_view column) {
  std::string plain;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (column[i] != '_') {
      plain.push_back(column[i]);
    } else if (i == 0 || i + 1 == column.size() || !is_digit(column[i - 1]) ||
               !is_digit(column[i + 1])) {
      return std::nullopt;
    }
  }
  return plain;
}

std::optional<double> parse_number(std::string_view column) {
  if (column.starts_with('+')) {
    column.remove_prefix(1);
    if (column.starts_with('-')) return std::nullopt;
  }
  const char* const last = column.data() + column.size();
  double value = 0;
  const auto [end, error] = std::from_chars(column.data(), last, value);
  if (end == last && error == std::errc()) {
    return column.ends_with(')') ? std::nullopt : std::optional(value);  // nan(...) is C's own
  }
  if (end == last && error == std::errc::result_out_of_range) {
    // Too large or too small for a double: the wider type tells which, and the conversion gives
    // infinity or zero.
    long double wide = 0;
    if (std::from_chars(column.data(), last, wide).ec == std::errc()) {
      return static_cast<double>(wide);
    }
    return std::nullopt;
  }
  if (column.find('_') != std::string_view::npos) {
    const auto plain = without_digit_groups(column);
    return plain ? parse_number(*plain) : std::nullopt;
  }
  return std::nullopt;
}

// Bytes as they can be shown in a message.
std::string quoted(std::string_view column) {
  std::string text;
  for (const char c : column.substr(0, kQuotedCharacters)) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte >= 0x20 && byte < 0x7f ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return fmt::format("'{}{}'", text, column.size() > kQuotedCharacters ? "..." : "");
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  LabelFile run() {
    while (!text_.empty()) {
      ++line_;
      const std::string_view line = strip(take_line());
      if (line.empty()) continue;
      if (is_repeated(line)) {
        ++file_.duplicates;
      } else {
        parse(line);
      }
    }
    return std::move(file_);
  }

 private:
  std::string_view take_line() {
    const std::size_t end = text_.find_first_of("\r\n");
    const std::string_view line = text_.substr(0, end);
    if (end == std::string_view::npos) {
      text_ = {};
    } else {
      text_.remove_prefix(end + (text_.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    return line;
  }

  // Files of a single line, which are many, need no set.
  bool is_repeated(std::string_view line) {
    if (first_.empty()) {
      first_ = line;
      return false;
    }
    return line == first_ || !others_.insert(line).second;
  }

  void parse(std::string_view line) {
    double values[kColumns] = {};
    std::size_t count = 0;
    for (std::string_view rest = line; !rest.empty(); ++count) {
      const std::string_view column = take_column(rest);
      const auto value = parse_number(column);
      if (!value) {
        fail(fmt::format("{} is not a number{}",
                         quoted(column),
                         column.find(',') == std::string_view::npos
                             ? ""
                             : "; columns are separated by spaces, not commas"));
      }
      if (count < kColumns) values[count] = *value;
    }
    if (count < kColumns) fail(fmt::format("{} columns, but at least 5 are expected", count));
    if (count > kColumnsWithConfidence) ++file_.wide_lines;
    // 2^63 is the first double that does not fit.
    if (!(std::abs(values[0]) < 0x1p63)) {
      fail(fmt::format("class {} is not a finite number in range", values[0]));
    }
    file_.lines.push_back({static_cast<std::int64_t>(values[0]),
                           {values[1], values[2], values[3], values[4]},
                           line_});
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorKind::kData,
                fmt::format("{}:{}: {}; a line holds: class x_center y_center width height",
                            source_,
                            line_,
                            problem));
  }

  std::string_view text_;
  std::string_view source_;
  std::int64_t line_ = 0;
  std::string_view first_;
  std::unordered_set<std::string_view> others_;
  LabelFile file_;
};

}  // namespace

LabelFile parse_label_text(std::string_view text, std::string_view source) {
  return Parser(text, source).run();
}

}  // namespace saker
