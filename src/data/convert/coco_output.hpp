// A ConversionSet as COCO data.
#pragma once

#include <filesystem>

#include "data/convert/conversion_set.hpp"
#include "saker/value.hpp"

namespace saker {

// Writes annotations/instances_SPLIT.json under `out` and returns the data section. Ids of images
// and annotations count from 1 through all splits; areas are those of the boxes. Numbers have as
// many digits as they need to be read back the same. images_stay: names stay relative to the
// folders that the images lie in now.
//
// Throws Error: data as require_distinct_names, and for a name that is no UTF-8, which JSON cannot
// hold; io.
Value write_coco_output(const ConversionSet& set,
                        const std::filesystem::path& out,
                        bool images_stay);

}  // namespace saker
