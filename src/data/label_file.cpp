#include "data/label_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>

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
std::string escaped(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kQuotedCharacters)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte >= 0x20 && byte < 0x7f ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return shown + (text.size() > kQuotedCharacters ? "..." : "");
}

std::string quoted(std::string_view column) { return fmt::format("'{}'", escaped(column)); }

class Parser {
 public:
  // details: null to throw at the first line that cannot be read.
  Parser(std::string_view text, std::string_view source, LabelFileDetails* details)
      : text_(text), source_(source), details_(details) {}

  LabelFile run() {
    while (!text_.empty()) {
      ++line_;
      const std::string_view line = strip(take_line());
      if (line.empty()) continue;
      if (const std::int64_t first = earlier_line(line); first != 0) {
        ++file_.duplicates;
        if (details_ != nullptr) details_->repeats.push_back({line_, first});
      } else if (const std::string problem = parse(line); !problem.empty()) {
        report(line, problem);
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

  // The number of an earlier line of the same text, or 0. Files of a single line, which are many,
  // need no map.
  std::int64_t earlier_line(std::string_view line) {
    if (first_.empty()) {
      first_ = line;
      first_line_ = line_;
      return 0;
    }
    if (line == first_) return first_line_;
    const auto [entry, is_new] = others_.emplace(line, line_);
    return is_new ? 0 : entry->second;
  }

  // What is wrong with the line, or nothing.
  std::string parse(std::string_view line) {
    double values[kColumns] = {};
    std::size_t count = 0;
    for (std::string_view rest = line; !rest.empty(); ++count) {
      const std::string_view column = take_column(rest);
      const auto value = parse_number(column);
      if (!value) {
        return fmt::format("{} is not a number{}", quoted(column), hint(column));
      }
      if (count < kColumns) values[count] = *value;
    }
    if (count < kColumns) return fmt::format("{} columns, but at least 5 are expected", count);
    // 2^63 is the first double that does not fit.
    if (!(std::abs(values[0]) < 0x1p63))
      return fmt::format("class {} is not a finite number in range", values[0]);
    if (count > kColumnsWithConfidence) ++file_.wide_lines;
    const auto class_id = static_cast<std::int64_t>(values[0]);
    if (details_ != nullptr) {
      if (count > kColumns) details_->wide.push_back({line_, static_cast<std::int64_t>(count)});
      if (static_cast<double>(class_id) != values[0])
        details_->fractions.push_back({line_, values[0]});
    }
    file_.lines.push_back({class_id, {values[1], values[2], values[3], values[4]}, line_});
    return {};
  }

  static const char* hint(std::string_view column) {
    if (column.starts_with("\xef\xbb\xbf"))
      return "; the file begins with a byte order mark: save it as UTF-8 without one";
    if (column.find(',') != std::string_view::npos)
      return "; columns are separated by spaces, not commas";
    return "";
  }

  void report(std::string_view line, const std::string& problem) {
    if (details_ != nullptr) {
      details_->problems.push_back({line_, escaped(line), problem});
      return;
    }
    throw Error(ErrorKind::kData,
                fmt::format("{}:{}: {}; a line holds: class x_center y_center width height",
                            source_,
                            line_,
                            problem));
  }

  std::string_view text_;
  std::string_view source_;
  LabelFileDetails* details_;
  std::int64_t line_ = 0;
  std::string_view first_;
  std::int64_t first_line_ = 0;
  std::unordered_map<std::string_view, std::int64_t> others_;
  LabelFile file_;
};

}  // namespace

LabelFile parse_label_text(std::string_view text, std::string_view source) {
  return Parser(text, source, nullptr).run();
}

LabelFile parse_label_text(std::string_view text, LabelFileDetails& details) {
  return Parser(text, {}, &details).run();
}

}  // namespace saker
