// Where samples to be checked come from: one implementation for each format of annotations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/annotations.hpp"
#include "data/check/findings.hpp"

namespace saker {

struct CheckedBox {
  std::int64_t class_index = 0;  // of the network's outputs
  NormalizedBox box;             // as written
  std::int64_t line = 0;         // in the annotation file, 1-based; 0: it has no lines
  // Its line was reported as no box at all, such as a polygon: what the box looks like says
  // nothing.
  bool misread = false;
  std::int64_t entry = -1;  // position in its list of annotations; -1: it has no such list

  // Grows through the annotations of an image.
  std::int64_t position() const noexcept { return entry >= 0 ? entry : line; }
};

// The annotations of one image. Those that training would refuse are not among them, but were
// reported.
struct CheckedLabels {
  std::string file;  // that holds them; may not exist
  // Of formats whose annotations tell the image: where, its size there, and whether the file lacks,
  // which was reported.
  std::string image_place;
  std::optional<PixelSize> image_size;
  bool image_is_missing = false;
  std::vector<CheckedBox> boxes;
  std::int64_t ignored_boxes = 0;             // of ignored classes
  std::vector<std::int64_t> ignored_classes;  // whose ids occur
};

// One split.
class SampleSource {
 public:
  virtual ~SampleSource() = default;

  virtual const std::string& split() const = 0;
  virtual const std::string& folder() const = 0;  // of the images
  // The one file that holds all annotations; empty where each image has its own.
  virtual std::string annotations() const { return {}; }
  virtual std::int64_t size() const = 0;
  // Requires 0 <= i < size(), as below.
  virtual std::string image(std::int64_t i) const = 0;
  // That holds the sample's annotations; may not exist.
  virtual std::string annotation_file(std::int64_t i) const = 0;

  // Reads them and reports what is wrong with how they are written. Safe from many threads.
  virtual CheckedLabels labels(std::int64_t i, Findings& findings) const = 0;
  // What is wrong with the files as a whole: folders, and files that belong to no sample.
  virtual void report_listing(Findings& findings) const = 0;
};

}  // namespace saker
