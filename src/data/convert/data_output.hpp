// What both writers of data sets share.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "data/convert/conversion_set.hpp"
#include "saker/value.hpp"

namespace saker {

// Whether folder/name does not lie in the folder.
bool leaves_folder(const std::filesystem::path& name);

// The file that a converted image has of its own in a format: its label file, or itself.
using OutputName = std::string (*)(const ConvertedImage& image);

// Throws Error (data) that names both images when two of a split would write the same file, and one
// whose name would leave the folder of the split.
void require_distinct_names(const ConversionSet& set, OutputName name);

// The image folder of a split in a written data set, relative to it: "images/train".
std::string output_image_folder(const ConvertedSplit& split);

// Makes missing folders. Not synced: thousands of small files would wait for the disk, and the data
// set appears at the end alone. Throws Error (io).
void write_output_file(const std::filesystem::path& path, std::string_view text);

}  // namespace saker
