#include "inference/input_images.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <filesystem>

#include "data/image_listing.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::vector<std::string> expand_pattern(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return paths;
}

void add_folder(const std::filesystem::path& folder, std::vector<InputImage>& images) {
  const ImageListing listing = list_images(folder);
  if (listing.names.empty()) {
    throw Error(
        ErrorKind::kIo,
        fmt::format("{}: holds no image (jpg, jpeg, png, ppm, bmp, pgm, tif, tiff, webp, dcm)",
                    folder.string()));
  }
  for (const std::string& relative : listing.names)
    images.push_back({(folder / relative).string(), relative});
}

void add_path(const std::string& path, std::vector<InputImage>& images) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    add_folder(path, images);
  } else {
    images.push_back({path, std::filesystem::path(path).filename().string()});
  }
}

}  // namespace

std::vector<InputImage> find_input_images(const std::vector<std::string>& inputs) {
  std::vector<InputImage> images;
  for (const std::string& input : inputs) {
    std::error_code error;
    if (std::filesystem::exists(input, error)) {
      add_path(input, images);
      continue;
    }
    const bool is_pattern = input.find_first_of("*?[") != std::string::npos;
    const std::vector<std::string> paths =
        is_pattern ? expand_pattern(input) : std::vector<std::string>();
    if (paths.empty()) {
      throw Error(
          ErrorKind::kIo,
          fmt::format("{}: {}",
                      input,
                      is_pattern ? "no file matches this pattern" : "no such file or folder"));
    }
    for (const std::string& path : paths) add_path(path, images);
  }
  return images;
}

}  // namespace saker
