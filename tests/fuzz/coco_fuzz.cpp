// Any text gives images with their annotations, each in place, or an Error that names the source.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/coco_file.hpp"
#include "saker/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  saker::CocoFile file;
  try {
    file = saker::parse_coco({reinterpret_cast<const char*>(data), size}, "name");
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
    return 0;
  }
  std::size_t annotations = 0;
  for (std::size_t i = 0; i < file.images.size(); ++i) {
    if (file.images[i].size.width < 1 || file.images[i].size.height < 1) std::abort();
    for (const saker::CocoAnnotation& annotation : file.annotations_of(i)) {
      if (annotation.image != static_cast<std::int64_t>(i)) std::abort();
      ++annotations;
    }
  }
  if (annotations != file.annotations.size()) std::abort();
  return 0;
}
