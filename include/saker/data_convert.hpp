// Labels from one format to another: YOLO, COCO and Pascal VOC.
//
//   const auto result = saker::convert_data({.in = {"VOCdevkit/VOC2007"}, .out = "voc", .to =
//   "yolo"}); saker::train_object_detection({.data = {result.data_yaml}, ...});
//
// What is kept and what is not: docs/data-convert.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "saker/detections.hpp"
#include "saker/value.hpp"

namespace saker {

struct ConvertDataArgs {
  // A data YAML; a folder of YOLO, COCO or Pascal VOC data; or the JSON files of COCO data, whose
  // names tell their splits.
  std::vector<std::string> in = {};
  std::string out = {};   // folder, new or empty
  std::string to = {};    // yolo or coco
  std::string from = {};  // yolo, coco or voc; empty: told by what lies there
  // copy; link: hard links, copies where the file system has none; symlink; none: images stay where
  // they are.
  std::string images = "link";
  std::string image_folder = {};          // of JSON files given as such; empty: looked for
  std::vector<std::string> classes = {};  // Pascal VOC: ids from 0; empty: all, sorted by name
  bool keep_crowd = true;                 // COCO: annotations with iscrowd
  bool keep_difficult = true;             // Pascal VOC: objects marked as difficult
  bool clip = false;                      // cut boxes at the image, leave out those without area
  // Called from the calling thread with the numbers of images done and in all.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

struct ConvertedSplitSummary {
  std::string split = {};  // train, val or test
  std::int64_t images = 0;
  std::int64_t images_without_boxes = 0;
  std::int64_t boxes = 0;
};

struct ConvertDataResult {
  std::string from = {}, to = {};  // yolo, coco or voc
  std::string found = {};          // what told the format and the splits, for people
  std::string data_yaml = {};      // to train with
  ClassNames classes = {};         // ids and names, those of ignored classes among them
  std::vector<ConvertedSplitSummary> splits = {};
  std::int64_t copied_images = 0, linked_images = 0;

  // Boxes by where they lie: kept as they are unless clip is set.
  std::int64_t boxes_over_edge = 0;     // by more than a hundredth of a pixel
  std::int64_t boxes_outside = 0;       // wholly
  std::int64_t boxes_without_area = 0;  // a side of 0 or less
  std::int64_t crowd_boxes = 0;         // COCO: with iscrowd
  std::int64_t difficult_boxes = 0;     // Pascal VOC
  // Left out, whatever the options.
  std::int64_t boxes_not_finite = 0;

  // Images whose file has another size than their annotations say; theirs counts.
  std::int64_t images_of_other_size = 0;
  std::vector<std::string> warnings = {};
};

// Writes the data set under a name of its own beside `out` and renames it at the end, so that it
// appears whole or not at all. Throws Error: usage for arguments and for a folder that is not
// empty; data, with file and line or place, for what cannot be read or written in the other format;
// io.
ConvertDataResult convert_data(const ConvertDataArgs& args);

// Everything, as `saker data convert --json` writes it.
Value to_value(const ConvertDataResult& result);

}  // namespace saker
