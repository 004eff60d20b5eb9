// What training really sees: images and boxes after augmentation.
//
//   const saker::DataPreview preview = saker::preview_data({
//       .train = {.model = "picodet/s-416", .data = {"cells/data.yaml"}, .steps = 3000}});
//   // preview.sheet holds the pictures, preview.rows what they show
//
// Images are those that train_object_detection with the same arguments feeds to the network, to the
// bit: the same seed, order, settings and code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "saker/image.hpp"
#include "saker/train.hpp"

namespace saker {

struct DataPreviewArgs {
  TrainArgs train = {};                  // `out` may be empty; nothing is written
  std::vector<std::int64_t> steps = {};  // optimizer steps, from 0; empty: one of each phase
  std::int64_t count = 16;               // images a row
  std::string split = "train";           // train or val
};

struct DataPreviewRow {
  // The images are of these steps, from 0: when a step has too few of them, of the next ones too as
  // long as the same transforms are active. Of validation images: -1.
  std::int64_t first_step = -1, last_step = -1;
  std::int64_t epoch = 0;                // of the first image, from 0
  std::vector<std::string> active = {};  // transforms, each with its settings
  std::vector<std::string> images = {};  // files; a mosaic's or mixture's main one
  std::int64_t boxes = 0;
};

struct DataPreview {
  std::int64_t total_steps = 0;
  std::vector<DataPreviewRow> rows = {};
  Image sheet = {};  // 8-bit RGB: a heading and the images of each row
};

// Throws Error as train_object_detection does, and usage for steps, a count or a split out of
// range.
DataPreview preview_data(const DataPreviewArgs& args);

}  // namespace saker
