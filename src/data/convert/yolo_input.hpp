// A YOLO data set as a ConversionSet.
#pragma once

#include "data/convert/conversion_set.hpp"
#include "saker/train.hpp"

namespace saker {

// data: as resolve_data returns it. Images have no size yet, and their boxes are fractions of it.
// Boxes of ignored classes are kept. Throws Error as read_yolo_dataset.
ConversionSet read_yolo_input(const DataArgs& data);

}  // namespace saker
