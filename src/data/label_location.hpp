// Where the images and labels of a split lie.
//
// The label folder is the image folder with the first component `images` of the split, never of the
// root, replaced by `labels`: root /data/images and split images/train give
// /data/images/labels/train.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace saker {

// Whether a component of the split's path is exactly `images`.
bool has_images_component(std::string_view split);

// root / split, without `.` components and doubled or final slashes. An absolute split replaces the
// root.
std::filesystem::path image_folder(const std::filesystem::path& root, std::string_view split);
std::filesystem::path label_folder(const std::filesystem::path& root, std::string_view split);

// The label of an image, both relative to their folders: the last suffix becomes .txt (c.tar.png ->
// c.tar.txt).
std::string label_name(std::string_view image_name);

}  // namespace saker
