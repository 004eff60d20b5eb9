// Four images on one canvas, turned, shifted and scaled.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/random_stream.hpp"
#include "data/annotations.hpp"
#include "saker/image.hpp"
#include "transforms/batch.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/step_window.hpp"

namespace saker {

struct MosaicSettings {
  double prob = 0.5;                                     // of a sample
  std::int64_t output_size = 320;                        // shorter side of each image, pixels
  std::optional<std::int64_t> max_size = {};             // of the longer side; none: no limit
  double rotation_range = 10;                            // degrees to either side
  std::array<double, 2> translation_range = {0.1, 0.1};  // to either side, of the canvas: x, y
  std::array<double, 2> scaling_range = {0.5, 1.5};
  std::int64_t fill_value = 0;  // outside of the turned canvas, in the range of the pixels
  std::int64_t max_cached_images = 50;
  // How an image leaves the cache: after a random time with a mean of max_cached_images mosaics, or
  // as the oldest.
  bool random_pop = true;
  StepWindow window = {};
};

// An image at the size at which mosaics hold it, with its labels.
struct MosaicTile {
  Image image;
  Annotations annotations;
  std::string path;
  ImageSize original_size;  // of the decoded image
};

// Shrunk or enlarged with antialiasing; the longer side ends at 32768 pixels.
MosaicTile make_mosaic_tile(const MosaicSettings& settings, const SampleInput& input);

// Points move from p to centre + translation + scale * R (p - centre), pixels, y down; R turns
// clockwise on the screen for positive angles.
struct MosaicAffine {
  double angle_deg = 0;
  std::int64_t translate_x = 0, translate_y = 0;
  double scale = 1;
};

MosaicAffine draw_mosaic_affine(const MosaicSettings& settings,
                                ImageSize canvas,
                                RandomStream& draws);

// Top left, top right, bottom left, bottom right.
using MosaicTiles = std::array<std::shared_ptr<const MosaicTile>, 4>;

// Twice the largest height by twice the largest width.
ImageSize mosaic_canvas(const MosaicTiles& tiles);

// Each tile at the top left corner of its quarter, what it leaves of it is 0; then the affine map,
// nearest pixel. The canvas is never there before the map: it is read from the tiles directly.
// Pixels are float32 when any tile's are. Tiles must have 3 channels.
Image render_mosaic(const MosaicTiles& tiles, const MosaicAffine& affine, std::int64_t fill_value);

// The upright boxes around the moved corners, clipped to the canvas, in the order of tiles. Those
// that left it have a width or height of 0.
Annotations mosaic_annotations(const MosaicTiles& tiles, const MosaicAffine& affine);

}  // namespace saker
