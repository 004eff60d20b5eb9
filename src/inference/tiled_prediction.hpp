// Prediction in tiles with whatever runs the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/image_rows.hpp"
#include "inference/backend.hpp"
#include "inference/tile_grid.hpp"
#include "saker/detections.hpp"
#include "saker/sahi.hpp"

namespace saker {

// Of one or more images, whose views share batches.
class TiledPrediction {
 public:
  // backend: must outlive it. Throws Error (usage) for arguments out of their range.
  TiledPrediction(Backend& backend, const SahiArgs& args);

  // Reads it to its end; each batch of its tiles runs as soon as it is full. Throws what reading it
  // and running the network throw, after which this is of no use.
  void add(ImageRows& image);
  // Runs what is left. What was found in each image, in order and in its pixels.
  std::vector<Detections> finish();

 private:
  // What the network sees in one place of a batch.
  struct View {
    std::size_t image = 0;
    bool is_whole_image = false;
    ImageSize size;                    // in whose pixels its boxes are
    float x = 0, y = 0;                // corner in the image that is cut
    float x_factor = 1, y_factor = 1;  // of that image's size to the image's
  };
  struct Found {
    Detections whole_image, tiles;
  };

  std::span<float> slot(std::size_t place);
  void push(const View& view);
  void run_batch();

  Backend& backend_;
  const SahiArgs args_;
  const ImageSize tile_;
  std::vector<float> batch_;
  std::vector<View> views_;  // that the batch holds
  std::vector<Found> found_;
};

// Throws Error (usage) for arguments out of their range.
void check_sahi_args(const SahiArgs& args);

}  // namespace saker
