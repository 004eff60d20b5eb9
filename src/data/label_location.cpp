#include "data/label_location.hpp"

#include <vector>

#include "data/image_listing.hpp"

namespace saker {
namespace {

constexpr std::string_view kImages = "images";

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

std::filesystem::path join(const std::filesystem::path& root, std::string_view split, bool labels) {
  std::filesystem::path folder = split.starts_with('/') ? std::filesystem::path("/") : root;
  bool replace = labels;
  for (const std::string& part : components(split)) {
    const bool replaced = replace && part == kImages;
    folder /= replaced ? "labels" : part;
    if (replaced) replace = false;
  }
  return folder;
}

}  // namespace

bool has_images_component(std::string_view split) {
  for (const std::string& part : components(split)) {
    if (part == kImages) return true;
  }
  return false;
}

std::filesystem::path image_folder(const std::filesystem::path& root, std::string_view split) {
  return join(root, split, false);
}

std::filesystem::path label_folder(const std::filesystem::path& root, std::string_view split) {
  return join(root, split, true);
}

std::string label_name(std::string_view image_name) {
  const std::string_view extension = file_extension(image_name);
  return std::string(image_name.substr(0, image_name.size() - extension.size())) + ".txt";
}

}  // namespace saker
