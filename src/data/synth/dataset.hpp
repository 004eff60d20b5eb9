// A data set out of nothing, to try training with: drawn scenes and their labels in YOLO format.
//
//   const SyntheticDataset set = write_synthetic_dataset({.out = "out/synth"});
//   train_object_detection({.data = set.data_yaml, ...});
#pragma once

#include <cstdint>
#include <filesystem>

namespace saker {

struct SyntheticDatasetSettings {
  std::filesystem::path out;
  std::int64_t train_images = 240, val_images = 60;    // 1 .. 100000
  std::int64_t test_images = 24;                       // 0 .. 100000
  std::int64_t image_width = 320, image_height = 240;  // pixels, 32 .. 4096
  std::uint64_t seed = 0;
  bool overwrite =
      false;  // write into a folder that is not empty; an older synthetic set in it is replaced
};

struct SyntheticDataset {
  std::filesystem::path data_yaml;
  std::int64_t images = 0, objects = 0;  // of the splits
};

// Writes data.yaml, images/{train,val,test}/*.jpg, labels/{train,val,test}/*.txt, and in
// images/hard and labels/hard a few scenes that are difficult on purpose (dark, blurred, crowded,
// empty, ...), which belong to no split.
//
// The same settings give the same bytes. Each image depends on nothing but the seed, its split, its
// index and the size, so that a longer set begins with the images of a shorter one. With four
// images or more a split has every class. Throws Error: usage for settings out of range or a folder
// that is not empty, io when a file cannot be written.
SyntheticDataset write_synthetic_dataset(const SyntheticDatasetSettings& settings);

}  // namespace saker
