#include "data/convert/image_placement.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>

#include "data/convert/data_output.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& from, const fs::path& to, const std::error_code& error) {
  throw Error(ErrorKind::kIo,
              fmt::format("cannot put {} at {}: {}", from.string(), to.string(), error.message()));
}

// Whether a link was made, and no copy.
bool place(const fs::path& from, const fs::path& to, ImagePlacement placement) {
  std::error_code error;
  const fs::path file = fs::canonical(from, error);
  if (error) fail(from, to, error);
  if (placement == ImagePlacement::kSymlink) {
    fs::create_symlink(file, to, error);
    if (error) fail(from, to, error);
    return true;
  }
  if (placement == ImagePlacement::kLink) {
    fs::create_hard_link(file, to, error);
    // Refused between file systems, by some of them, and for files of others.
    if (!error) return true;
  }
  fs::copy_file(file, to, error);
  if (error) fail(from, to, error);
  return false;
}

}  // namespace

PlacedImages place_images(const ConversionSet& set, const fs::path& out, ImagePlacement placement) {
  PlacedImages placed;
  if (placement == ImagePlacement::kNone) return placed;
  for (const ConvertedSplit& split : set.splits) {
    const fs::path folder = out / output_image_folder(split);
    for (const ConvertedImage& image : split.images) {
      const fs::path target = folder / image.name;
      std::error_code error;
      fs::create_directories(target.parent_path(), error);
      if (error) fail(image.path, target, error);
      ++(place(image.path, target, placement) ? placed.linked : placed.copied);
    }
  }
  return placed;
}

}  // namespace saker
