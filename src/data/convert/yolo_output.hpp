// A ConversionSet as a YOLO data set.
#pragma once

#include <filesystem>

#include "data/convert/conversion_set.hpp"
#include "saker/value.hpp"

namespace saker {

// Writes labels/SPLIT/*.txt, one for each image, under `out` and returns the data section. Numbers
// have as many digits as they need to be read back the same. Throws Error: data as
// require_distinct_names, and for an image whose extension YOLO data sets do not read; io.
Value write_yolo_output(const ConversionSet& set, const std::filesystem::path& out);

}  // namespace saker
