// Pascal VOC data as a ConversionSet: Annotations/, JPEGImages/ and ImageSets/Main/, or a folder of
// XML files beside their images.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/convert/conversion_set.hpp"

namespace saker {

// Whether folder/Annotations holds an XML file.
bool has_voc_folders(const std::filesystem::path& folder);
// Whether an XML file lies anywhere under it.
bool has_voc_files(const std::filesystem::path& folder);

// folder: absolute. ImageSets/Main/{train,val,test}.txt tell the splits, trainval.txt stands for a
// train.txt that is not there; without any of them all images are of the train split. The image is
// what <filename> names, or else the one that has the name of the XML file.
//
// classes: ids count from 0 in this order; empty: all names, sorted bytewise. Throws Error: data,
// with file and line, as read_voc_file, for a name that is not among the classes and for an image
// or XML file that is not there; io.
ConversionSet read_voc_input(const std::filesystem::path& folder,
                             const std::vector<std::string>& classes);

}  // namespace saker
