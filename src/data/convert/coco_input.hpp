// COCO data as a ConversionSet.
#pragma once

#include "data/convert/conversion_set.hpp"
#include "data/convert/input_format.hpp"

namespace saker {

struct CocoInputArgs {
  std::string image_folder = {};  // of inputs that do not tell it; empty: looked for
  bool need_images = true;        // an image file that is not there is an error
};

// The classes are the categories of the first split, in its order. Throws Error: as read_coco_file;
// data, with the place in the file, for an annotation of another category and for an image file
// that is not there.
ConversionSet read_coco_input(const ConversionInput& input, const CocoInputArgs& args);

}  // namespace saker
