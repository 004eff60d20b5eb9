// Any text gives images with their annotations, each in place, or an Error that names the source.
// Read entry by entry, a text without an error has no problem, and one with an error ends with it
// or has one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/coco_file.hpp"
#include "saker/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  saker::CocoFile file;
  saker::CocoFileDetails details;
  bool fails = false, ends = false;
  try {
    file = saker::parse_coco(text, "name", details);
  } catch (const saker::Error&) {
    ends = true;
  }
  try {
    file = saker::parse_coco(text, "name");
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
    fails = true;
  }
  if (fails != (ends || !details.problems.empty())) std::abort();
  if (ends) return 0;
  // After an error `file` is what was read entry by entry.
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
