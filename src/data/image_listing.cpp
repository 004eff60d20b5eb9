#include "data/image_listing.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "data/folder_walk.hpp"

namespace saker {
namespace {

constexpr std::array<std::string_view, 10> kRead = {
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".dcm"};
constexpr std::array<std::string_view, 28> kOtherImages = {
    ".gif", ".jp2", ".j2k", ".jpx", ".jpc", ".jpf",  ".avif", ".avifs", ".heic", ".heif",
    ".tga", ".ico", ".pbm", ".pnm", ".pfm", ".jfif", ".jpe",  ".apng",  ".dib",  ".pcx",
    ".psd", ".qoi", ".xbm", ".xpm", ".sgi", ".exr",  ".dng",  ".svg"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_one_of(std::span<const std::string_view> extensions, std::string_view name) {
  const std::string extension = lower_case(file_extension(name));
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

}  // namespace

std::string_view file_extension(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  std::size_t first = slash == std::string_view::npos ? 0 : slash + 1;
  while (first < name.size() && name[first] == '.') ++first;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot < first) return {};
  return name.substr(dot);
}

bool has_image_extension(std::string_view name) { return is_one_of(kRead, name); }

bool has_other_image_extension(std::string_view name) { return is_one_of(kOtherImages, name); }

ImageListing list_images(const std::filesystem::path& folder) {
  ImageListing listing;
  walk_folder(folder, {.file = [&listing](std::string relative) {
                if (has_image_extension(relative)) {
                  listing.names.push_back(std::move(relative));
                } else if (has_other_image_extension(relative)) {
                  ++listing.ignored_images;
                }
              }});
  std::sort(listing.names.begin(), listing.names.end());
  return listing;
}

}  // namespace saker
