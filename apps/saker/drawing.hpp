// Pictures of predictions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "data/known_labels.hpp"
#include "saker/detections.hpp"
#include "saker/file_prediction.hpp"
#include "saker/image.hpp"

namespace saker {

struct DrawingOptions {
  std::string style = "default";  // or "torchvision"
  bool ground_truth = false;      // labels at the left of detections; in the default style alone
  // Data set that has the labels; when empty they are label files beside the images.
  std::string data;
};

class Drawings {
 public:
  // Throws Error: usage for options that exclude each other; what reading the data set throws.
  Drawings(const DrawingOptions& options, const ClassNames& names);

  // Writes the image with its detections as PNG or JPEG: the path keeps its folder and stem; .jpg
  // and .jpeg stay, any other format becomes .png. file: with its pixels.
  // Throws Error: io; data for labels that cannot be read, after writing what was detected.
  void write(const std::filesystem::path& path, const FilePrediction& file) const;

 private:
  Image draw(const FilePrediction& file, const std::optional<Detections>& labels) const;

  DrawingOptions options_;
  const ClassNames& names_;
  KnownLabels labels_;
};

}  // namespace saker
