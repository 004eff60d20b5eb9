#include "data/coco_handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::size_t kQuotedBytes = 200;
constexpr std::int64_t kMaxSide = std::numeric_limits<std::int32_t>::max();

// Text of others as it can be shown on one line.
std::string printable(std::string_view text) {
  std::string shown(text.substr(0, kQuotedBytes));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text.size() > kQuotedBytes ? shown + "..." : shown;
}

std::uint32_t bit(CocoList list) { return 1U << static_cast<unsigned>(list); }

const char* expected_type(CocoField field) {
  switch (field) {
    case CocoField::kFileName:
    case CocoField::kName:
      return "text";
    case CocoField::kBox:
      return "a list [x, y, width, height]";
    default:
      return "an integer";
  }
}

}  // namespace

CocoFile CocoHandler::take() {
  level_ = Level::kOutside;
  for (const CocoList list : {CocoList::kImages, CocoList::kAnnotations, CocoList::kCategories}) {
    if ((lists_seen_ & bit(list)) != 0 || (categories_only_ && list != CocoList::kCategories))
      continue;
    fail(
        fmt::format("has no '{}'; a COCO file is a map with the lists images, annotations and "
                    "categories",
                    to_string(list)));
  }
  return std::move(file_);
}

bool CocoHandler::null() { return take_scalar({.type = "null"}); }

bool CocoHandler::boolean(bool value) {
  return take_scalar({.type = "a boolean", .number = value ? 1.0 : 0.0});
}

bool CocoHandler::number_integer(std::int64_t value) {
  return take_scalar({.type = "a number",
                      .is_number = true,
                      .is_integer = true,
                      .integer = value,
                      .number = static_cast<double>(value)});
}

bool CocoHandler::number_unsigned(std::uint64_t value) {
  const bool fits = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return take_scalar({.type = fits ? "a number" : "a number that is too large",
                      .is_number = true,
                      .is_integer = fits,
                      .integer = fits ? static_cast<std::int64_t>(value) : 0,
                      .number = static_cast<double>(value)});
}

// Some programs write integers as 640.0.
bool CocoHandler::number_float(double value, const std::string&) {
  const bool whole = std::trunc(value) == value && std::abs(value) < 0x1p53;
  return take_scalar({.type = whole ? "a number" : "a number with a fraction",
                      .is_number = true,
                      .is_integer = whole,
                      .integer = whole ? static_cast<std::int64_t>(value) : 0,
                      .number = value});
}

bool CocoHandler::string(std::string& value) {
  return take_scalar({.type = "text", .text = &value});
}

bool CocoHandler::binary(nlohmann::json::binary_t&) { return take_scalar({.type = "bytes"}); }

bool CocoHandler::pass_over() {
  ++depth_passed_;
  if (static_cast<std::size_t>(level_) + depth_passed_ > kMaxDepth)
    fail(fmt::format("is nested deeper than {} levels", kMaxDepth));
  return true;
}

bool CocoHandler::take_scalar(const Scalar& scalar) {
  if (is_passing_over()) return true;
  switch (level_) {
    case Level::kOutside:
      fail_type("a map with images, annotations and categories", scalar.type);
    case Level::kTop:
      if (list_ != CocoList::kNone) fail_type("a list", scalar.type);
      return true;
    case Level::kList:
      begin_entry();
      refuse_type("a map", scalar.type);
      return true;
    case Level::kEntry:
      take_field(scalar);
      return true;
    case Level::kBox:
      if (!scalar.is_number) refuse_type("a number", scalar.type);
      if (box_numbers_ == entry_.box.size()) {
        refuse("is one number too many; [x, y, width, height] are expected");
      } else {
        entry_.box[box_numbers_++] = scalar.number;
      }
      return true;
  }
  return true;
}

void CocoHandler::take_field(const Scalar& scalar) {
  const bool is_text = field_ == CocoField::kFileName || field_ == CocoField::kName;
  if (field_ == CocoField::kOther || field_ == CocoField::kSegmentation) return;
  if (field_ == CocoField::kCrowd) {
    entry_.is_crowd = scalar.number != 0;
    return;
  }
  if (is_text ? scalar.text == nullptr : !scalar.is_integer || field_ == CocoField::kBox) {
    refuse_type(expected_type(field_), scalar.type);
    return;
  }
  if (is_text) {
    check_text(field_, *scalar.text);
    entry_.text = *scalar.text;
  }
  if (field_ == CocoField::kId) entry_.id = scalar.integer;
  if (field_ == CocoField::kImageId) entry_.image_id = scalar.integer;
  if (field_ == CocoField::kCategoryId) entry_.category_id = scalar.integer;
  if (field_ == CocoField::kWidth || field_ == CocoField::kHeight) {
    if (scalar.integer < 1 || scalar.integer > kMaxSide)
      refuse(fmt::format("is {}, but must be at least 1 and at most {}", scalar.integer, kMaxSide));
    (field_ == CocoField::kWidth ? entry_.width : entry_.height) = scalar.integer;
  }
  entry_.mark(field_);
}

void CocoHandler::check_text(CocoField field, const std::string& text) {
  if (text.size() > kMaxNameBytes)
    refuse(fmt::format("has {} bytes, more than the {} that are read", text.size(), kMaxNameBytes));
  if (field != CocoField::kFileName) return;
  if (text.empty()) refuse("is empty");
  if (text.find('\0') != std::string::npos) refuse("holds a zero byte");
}

bool CocoHandler::open_value(const char* type) {
  if (field_ == CocoField::kOther || field_ == CocoField::kCrowd) return pass_over();
  if (field_ == CocoField::kSegmentation) {
    entry_.has_segmentation = true;
    return pass_over();
  }
  refuse_type(expected_type(field_), type);
  return pass_over();
}

void CocoHandler::begin_entry() {
  ++entries_;
  field_ = CocoField::kOther;
  entry_ = {};
  entry_is_refused_ = false;
}

bool CocoHandler::start_object(std::size_t) {
  if (is_passing_over()) return pass_over();
  switch (level_) {
    case Level::kOutside:
      level_ = Level::kTop;
      return true;
    case Level::kTop:
      if (list_ != CocoList::kNone) fail_type("a list", "a map");
      return pass_over();
    case Level::kList:
      level_ = Level::kEntry;
      begin_entry();
      return true;
    case Level::kEntry:
      return open_value("a map");
    case Level::kBox:
      refuse_type("a number", "a map");
      return pass_over();
  }
  return true;
}

bool CocoHandler::key(std::string& name) {
  if (is_passing_over()) return true;
  if (level_ == Level::kEntry) {
    field_ = coco_field(list_, name);
    return true;
  }
  list_ = coco_list(name);
  entries_ = 0;
  field_ = CocoField::kOther;
  if (list_ == CocoList::kNone) return true;
  if ((lists_seen_ & bit(list_)) != 0) fail("stands twice");
  lists_seen_ |= bit(list_);
  if (categories_only_ && list_ != CocoList::kCategories) list_ = CocoList::kNone;
  return true;
}

bool CocoHandler::end_object() {
  if (is_passing_over()) {
    --depth_passed_;
  } else if (level_ == Level::kEntry) {
    finish_entry();
    level_ = Level::kList;
  } else {
    level_ = Level::kOutside;
  }
  return true;
}

bool CocoHandler::start_array(std::size_t) {
  if (is_passing_over()) return pass_over();
  switch (level_) {
    case Level::kOutside:
      fail(
          "is a list, but a COCO file is a map with the lists images, annotations and categories; "
          "a list of detections is a file of results");
    case Level::kTop:
      if (list_ == CocoList::kNone) return pass_over();
      level_ = Level::kList;
      return true;
    case Level::kList:
      begin_entry();
      refuse_type("a map", "a list");
      return pass_over();
    case Level::kEntry:
      if (field_ != CocoField::kBox) return open_value("a list");
      level_ = Level::kBox;
      box_numbers_ = 0;
      return true;
    case Level::kBox:
      refuse_type("a number", "a list");
      return pass_over();
  }
  return true;
}

bool CocoHandler::end_array() {
  if (is_passing_over()) {
    --depth_passed_;
    return true;
  }
  if (level_ == Level::kList) {
    level_ = Level::kTop;
    list_ = CocoList::kNone;
    return true;
  }
  level_ = Level::kEntry;
  if (box_numbers_ != entry_.box.size())
    refuse(fmt::format("has {} numbers, but [x, y, width, height] are expected", box_numbers_));
  entry_.mark(CocoField::kBox);
  return true;
}

void CocoHandler::finish_entry() {
  field_ = CocoField::kOther;
  if (const CocoField field = entry_.missing(list_); field != CocoField::kOther)
    refuse(fmt::format("has no '{}'", to_string(field)));
  if (entry_is_refused_) return;
  if (list_ == CocoList::kImages) {
    file_.images.push_back({entry_.id,
                            std::move(entry_.text),
                            {entry_.width, entry_.height},
                            static_cast<std::int64_t>(entries_) - 1});
  } else if (list_ == CocoList::kCategories) {
    file_.categories.emplace_back(entry_.id, std::move(entry_.text));
  } else {
    const auto& [x, y, width, height] = entry_.box;
    file_.annotations.push_back({entry_.image_id,
                                 entry_.category_id,
                                 {x, y, width, height},
                                 static_cast<std::int64_t>(entries_) - 1,
                                 entry_.is_crowd});
    if (entry_.is_crowd) ++file_.crowd_boxes;
    if (entry_.has_segmentation) ++file_.polygons;
  }
}

bool CocoHandler::parse_error(std::size_t,
                              const std::string&,
                              const nlohmann::json::exception& error) {
  // "[json.exception.parse_error.101] parse error at line 1, column 3: ..."
  std::string_view text = error.what();
  if (const std::size_t end = text.find("] "); end != std::string_view::npos)
    text.remove_prefix(end + 2);
  fail(fmt::format("is no JSON: {}", printable(text)));
}

std::string CocoHandler::place() const {
  if (level_ == Level::kOutside) return {};
  std::string text(to_string(list_));
  if (list_ == CocoList::kNone || level_ == Level::kTop) return text;
  // At the level of the list itself an entry is meant once one has begun.
  if (entries_ > 0) text += fmt::format("[{}]", entries_ - 1);
  if (level_ == Level::kList) return text;
  if (field_ != CocoField::kOther) text += fmt::format(".{}", to_string(field_));
  if (level_ == Level::kBox) text += fmt::format("[{}]", box_numbers_);
  return text;
}

void CocoHandler::fail(const std::string& problem) const {
  const std::string where = place();
  throw Error(ErrorKind::kData,
              fmt::format("{}: {}{}{}", source_, where, where.empty() ? "" : " ", problem));
}

void CocoHandler::fail_type(const char* expected, const char* found) const {
  fail(fmt::format("must be {} but is {}", expected, found));
}

void CocoHandler::refuse(const std::string& problem) {
  if (details_ == nullptr) fail(problem);
  if (!std::exchange(entry_is_refused_, true)) details_->problems.push_back({place(), problem});
}

void CocoHandler::refuse_type(const char* expected, const char* found) {
  refuse(fmt::format("must be {} but is {}", expected, found));
}

}  // namespace saker
