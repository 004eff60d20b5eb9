// Which samples of a batch become mosaics, and which images they are made with.
//
// An image that becomes a mosaic enters the cache, from which it and later ones draw their
// partners. The cache is not a state here: who is in it follows from the numbers of the batches
// before, so that the same run gives the same mosaics for any number of threads and after a resume.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/random_stream.hpp"
#include "transforms/batch_schedule.hpp"
#include "transforms/mosaic.hpp"

namespace saker {

struct PlannedMosaic {
  std::array<std::int64_t, 3> partners = {};  // indices of the data set; may be its own
  RandomStream draws;                         // for the affine map
};

// One entry a sample; empty where it stays a single image. With random_pop an image stays for a
// random number of mosaics, geometric with a mean of max_cached_images, so that the cache holds
// that many on average; otherwise for exactly max_cached_images. Partners are drawn with
// replacement from all that are there, the image itself included: the first mosaic shows one image
// four times. The cache begins empty at the window's first step.
//
// history: may be empty, and then the batch is the first. Batches are asked for in descending
// order, back to the window's start or until enough mosaics are known: with random_pop 8 *
// max_cached_images, beyond which an image is there with a probability below 0.04 %.
std::vector<std::optional<PlannedMosaic>> plan_mosaics(const MosaicSettings& settings,
                                                       const ScheduledBatch& batch,
                                                       const BatchHistory& history);

}  // namespace saker
