// Which boxes of a data set are converted, and how they lie in their images.
#pragma once

#include "data/convert/conversion_set.hpp"
#include "saker/data_convert.hpp"

namespace saker {

// Counts and leaves out as args and ConvertDataResult say.
void apply_box_rules(const ConvertDataArgs& args, ConversionSet& set, ConvertDataResult& result);

}  // namespace saker
