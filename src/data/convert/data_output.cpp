#include "data/convert/data_output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <unordered_map>

#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

void require_inside(const ConvertedImage& image) {
  if (!leaves_folder(image.name)) return;
  throw Error(ErrorKind::kData,
              fmt::format("{}: its image '{}' lies outside of the image folder; move it there",
                          image.place,
                          image.name));
}

}  // namespace

bool leaves_folder(const fs::path& name) {
  const fs::path normal = name.lexically_normal();
  return normal.is_absolute() || normal.empty() || *normal.begin() == "..";
}

void require_distinct_names(const ConversionSet& set, OutputName name) {
  for (const ConvertedSplit& split : set.splits) {
    std::unordered_map<std::string, const ConvertedImage*> known;
    known.reserve(split.images.size());
    for (const ConvertedImage& image : split.images) {
      require_inside(image);
      const std::string file = name(image);
      const auto [same, is_new] = known.emplace(file, &image);
      if (is_new) continue;
      throw Error(ErrorKind::kData,
                  fmt::format("{}: '{}' and {}: '{}', both of the split {}, would be the same file "
                              "'{}'; rename or remove one of them",
                              same->second->place,
                              same->second->name,
                              image.place,
                              image.name,
                              split.split,
                              file));
    }
  }
}

std::string output_image_folder(const ConvertedSplit& split) { return "images/" + split.split; }

void write_output_file(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) {
    throw Error(ErrorKind::kIo,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
}

}  // namespace saker
