// The entries of a COCO file's lists, while they are read key by key.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace saker {

enum class CocoList { kNone, kImages, kAnnotations, kCategories };

enum class CocoField : std::uint8_t {
  kOther,  // not read
  kId,
  kFileName,
  kWidth,
  kHeight,
  kImageId,
  kCategoryId,
  kBox,
  kName,
  kCrowd,         // counted, not checked
  kSegmentation,  // the same
};

// "images", "annotations" or "categories"; kNone for any other key.
CocoList coco_list(std::string_view key);
std::string_view to_string(CocoList list);

// What a key means in an entry of that list.
CocoField coco_field(CocoList list, std::string_view key);
std::string_view to_string(CocoField field);

struct CocoEntry {
  std::int64_t id = 0, image_id = 0, category_id = 0, width = 0, height = 0;
  std::string text;  // file_name or name
  std::array<double, 4> box = {};
  bool is_crowd = false, has_segmentation = false;
  std::uint32_t seen = 0;  // a bit for each field

  void mark(CocoField field) { seen |= bit(field); }
  // The first field that an entry of the list must have and this lacks, or kOther.
  CocoField missing(CocoList list) const;

 private:
  static std::uint32_t bit(CocoField field) { return 1U << static_cast<unsigned>(field); }
};

}  // namespace saker
