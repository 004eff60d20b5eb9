// What is wrong with a data set, before it costs a training.
//
//   const saker::DataCheckReport report = saker::check_data({.data = {"cells/data.yaml"}});
//   std::cout << saker::to_text(report);
//   saker::write_data_check_page("check.html", report);
//
// Kinds of findings and the JSON schema: docs/data-check.md.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "saker/detections.hpp"
#include "saker/train.hpp"
#include "saker/value.hpp"

namespace saker {

struct DataCheckArgs {
  DataArgs data = {};
  std::vector<std::string> splits = {};  // of train, val and test; empty: all that the data name
  std::int64_t threads = 0;              // that read images; 0: one a processor
  // Leaves image files unread: labels, listings and names alone are checked.
  bool quick = false;
  // Called from the calling thread after every image with the numbers of images done and in all.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

enum class FindingSeverity {
  kError,    // training or evaluation on this split would stop
  kWarning,  // training goes on, most likely not as meant
  kNote,     // worth knowing
};

// "error", "warning" or "note".
const char* to_string(FindingSeverity severity) noexcept;

struct DataFinding {
  std::string split = {};                // empty: of the data set as a whole
  std::string file = {};                 // at fault: label file, image or folder; may be empty
  std::int64_t line = 0;                 // of that file, 1-based; 0: the file as a whole
  std::string place = {};                // in a JSON file, such as "annotations[12].bbox"
  std::string value = {};                // what stands there; may be empty
  std::string message = {};              // what is wrong with it
  std::vector<std::string> others = {};  // further files, such as the copies of an image
  std::string image = {};                // whose picture shows it; empty when none does
};

// Findings of one kind and severity, in the order of splits, images and lines.
struct DataFindingGroup {
  std::string kind = {};  // a stable word, such as "box-clipped"
  FindingSeverity severity = FindingSeverity::kNote;
  std::string title = {};
  std::string effect = {};  // what training does about it
  std::string remedy = {};
  std::vector<DataFinding> findings = {};
};

// Smallest, middle and largest value; zeros when there is none. Of an even number of values the
// middle is the lower one of the two.
struct ValueRange {
  std::int64_t minimum = 0, median = 0, maximum = 0;
};

// Boxes by the square root of their area in pixels: entry i counts those from 2^(i/2) up to
// 2^((i+1)/2), the first also smaller and the last also larger ones.
inline constexpr std::size_t kBoxSizeBins = 24;
using BoxSizeHistogram = std::array<std::int64_t, kBoxSizeBins>;

struct SplitSummary {
  std::string split = {};        // train, val or test
  std::string folder = {};       // of the images
  std::string annotations = {};  // JSON file of COCO data; empty for YOLO data
  std::int64_t images = 0;
  std::int64_t decoded_images = 0;
  std::int64_t images_without_boxes = 0;
  std::int64_t boxes = 0;
  std::int64_t ignored_boxes = 0;                   // of ignored classes
  std::vector<std::int64_t> boxes_per_class = {};   // parallel to DataCheckReport::classes
  std::vector<std::int64_t> images_per_class = {};  // the same, images with such a box
  ValueRange width = {}, height = {};               // pixels, upright
  ValueRange boxes_per_image = {};
  BoxSizeHistogram box_sizes = {};
};

struct DataCheckReport {
  std::string data = {};    // the YAML file, or the root folder
  ClassNames classes = {};  // kept ones, in the order of the network's outputs
  bool quick = false;
  std::vector<SplitSummary> splits = {};
  std::vector<DataFindingGroup> groups = {};  // errors first, then warnings, then notes

  std::int64_t count(FindingSeverity severity) const noexcept;
  bool training_would_stop() const noexcept { return count(FindingSeverity::kError) > 0; }
};

// Reads every label file, or the JSON files of COCO data, and decodes every image of the splits,
// and lists everything that is wrong or odd. The report does not depend on the number of threads.
// Throws Error: usage for settings of the data that cannot be read and for unknown splits.
DataCheckReport check_data(const DataCheckArgs& args);

// Everything, as `saker data check --json` writes it.
Value to_value(const DataCheckReport& report);

// For a terminal: counts, then each kind with at most `examples` of its findings.
std::string to_text(const DataCheckReport& report, std::int64_t examples = 5);

// One HTML file that needs nothing else: the findings with pictures of images and their boxes, the
// classes, the sizes of boxes. Reads the images that it shows. Throws Error (io) when the file
// cannot be written.
void write_data_check_page(const std::string& path, const DataCheckReport& report);

}  // namespace saker
