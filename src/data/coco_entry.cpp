#include "data/coco_entry.hpp"

#include <span>

namespace saker {
namespace {

constexpr std::array<CocoField, 4> kImageFields = {
    CocoField::kId, CocoField::kFileName, CocoField::kWidth, CocoField::kHeight};
constexpr std::array<CocoField, 3> kAnnotationFields = {
    CocoField::kImageId, CocoField::kCategoryId, CocoField::kBox};
constexpr std::array<CocoField, 2> kOptionalAnnotationFields = {CocoField::kCrowd,
                                                                CocoField::kSegmentation};
constexpr std::array<CocoField, 2> kCategoryFields = {CocoField::kId, CocoField::kName};

std::span<const CocoField> required_fields(CocoList list) {
  switch (list) {
    case CocoList::kImages:
      return kImageFields;
    case CocoList::kAnnotations:
      return kAnnotationFields;
    case CocoList::kCategories:
      return kCategoryFields;
    case CocoList::kNone:
      break;
  }
  return {};
}

CocoField find(std::span<const CocoField> fields, std::string_view key) {
  for (const CocoField field : fields) {
    if (to_string(field) == key) return field;
  }
  return CocoField::kOther;
}

}  // namespace

CocoList coco_list(std::string_view key) {
  for (const CocoList list : {CocoList::kImages, CocoList::kAnnotations, CocoList::kCategories}) {
    if (to_string(list) == key) return list;
  }
  return CocoList::kNone;
}

std::string_view to_string(CocoList list) {
  switch (list) {
    case CocoList::kImages:
      return "images";
    case CocoList::kAnnotations:
      return "annotations";
    case CocoList::kCategories:
      return "categories";
    case CocoList::kNone:
      break;
  }
  return "";
}

CocoField coco_field(CocoList list, std::string_view key) {
  const CocoField field = find(required_fields(list), key);
  if (field != CocoField::kOther || list != CocoList::kAnnotations) return field;
  return find(kOptionalAnnotationFields, key);
}

std::string_view to_string(CocoField field) {
  switch (field) {
    case CocoField::kId:
      return "id";
    case CocoField::kFileName:
      return "file_name";
    case CocoField::kWidth:
      return "width";
    case CocoField::kHeight:
      return "height";
    case CocoField::kImageId:
      return "image_id";
    case CocoField::kCategoryId:
      return "category_id";
    case CocoField::kBox:
      return "bbox";
    case CocoField::kName:
      return "name";
    case CocoField::kCrowd:
      return "iscrowd";
    case CocoField::kSegmentation:
      return "segmentation";
    case CocoField::kOther:
      break;
  }
  return "";
}

CocoField CocoEntry::missing(CocoList list) const {
  for (const CocoField field : required_fields(list)) {
    if ((seen & bit(field)) == 0) return field;
  }
  return CocoField::kOther;
}

}  // namespace saker
