// COCO annotation files: one JSON map with the lists `images`, `annotations` and `categories`.
//
// Format: "Microsoft COCO: Common Objects in Context", Lin et al. 2014, arXiv 1405.0312; the data
// format of object detection at cocodataset.org.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/annotations.hpp"
#include "saker/detections.hpp"

namespace saker {

struct CocoImage {
  std::int64_t id = 0;
  std::string file_name;
  PixelSize size;          // both at least 1
  std::int64_t entry = 0;  // position in images, as the file has it
};

struct CocoAnnotation {
  std::int64_t image = 0;  // position in images
  std::int64_t category_id = 0;
  PixelBox box;            // as written; no range is checked
  std::int64_t entry = 0;  // position in annotations, as the file has it
  bool is_crowd = false;
};

struct CocoFile {
  std::vector<CocoImage> images;  // in the order of the file, as are the categories
  ClassNames categories;
  std::vector<CocoAnnotation> annotations;  // by image; those of an image in the file's order
  std::vector<std::size_t> first;  // where the annotations of each image begin, and the end
  std::int64_t crowd_boxes = 0;    // annotations with iscrowd
  std::int64_t polygons = 0;       // annotations with a segmentation

  std::span<const CocoAnnotation> annotations_of(std::size_t image) const {
    return std::span(annotations).subspan(first[image], first[image + 1] - first[image]);
  }
};

// What is wrong with a file, entry by entry.
struct CocoFileDetails {
  struct Problem {
    std::string place;  // "annotations[12].bbox"
    std::string message;
  };
  std::vector<Problem> problems;
};

// Reads the file as a stream and keeps what stands above, about 70 bytes for an annotation. Throws
// Error: io when it cannot be read; data, with the file and the place in it
// ("instances.json: annotations[12].bbox"), for what is no JSON, missing keys, wrong types, numbers
// that are not finite, sizes below 1, ids that stand twice and annotations of images that are not
// there.
CocoFile read_coco_file(const std::filesystem::path& path);
// The categories alone; images and annotations are passed over.
ClassNames read_coco_categories(const std::filesystem::path& path);

// The same without an end at the first entry that is wrong: such entries, and annotations of images
// that are left out with them, are told of in `details`, and the rest is read. What is no JSON, or
// lacks a list, is thrown as above.
CocoFile read_coco_file(const std::filesystem::path& path, CocoFileDetails& details);
ClassNames read_coco_categories(const std::filesystem::path& path, CocoFileDetails& details);

// The same for text; `source` names it in errors.
CocoFile parse_coco(std::string_view text, const std::string& source);
CocoFile parse_coco(std::string_view text, const std::string& source, CocoFileDetails& details);

}  // namespace saker
