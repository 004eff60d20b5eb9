// Prediction on many image files.
//
//   model.predict_files(paths, {.threshold = 0.5}, [](const saker::FilePrediction& file) {
//     if (file.error.empty()) use(file.path, file.detections);
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "saker/detections.hpp"
#include "saker/image.hpp"
#include "saker/sahi.hpp"

namespace saker {

struct PredictFilesArgs {
  double threshold = 0.6;       // least score that is kept
  std::int64_t batch_size = 1;  // images that the network sees at once
  // Threads that read and resize images, at least 1; default: one a processor, at most 8.
  std::optional<std::int64_t> num_workers = {};
  bool keep_images = false;  // whether results come with their pixels
  // With it images are cut into tiles; its threshold and batch_size count instead of those above.
  std::optional<SahiArgs> sahi = {};
};

// What became of one file.
struct FilePrediction {
  std::size_t index = 0;  // of the path in the list
  std::string path;
  std::string error;                   // why it could not be read, with its path; empty when it was
  std::int64_t width = 0, height = 0;  // pixels of the upright image
  Detections detections;
  Image image;  // empty unless asked for
};

using OnFilePrediction = std::function<void(const FilePrediction&)>;

}  // namespace saker
