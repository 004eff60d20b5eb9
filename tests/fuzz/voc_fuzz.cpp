// Any text gives a size and boxes of finite numbers, or an Error that names the source and a line.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/convert/voc_file.hpp"
#include "saker/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  saker::VocFile file;
  try {
    file = saker::parse_voc({reinterpret_cast<const char*>(data), size}, "name");
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name:")) std::abort();
    return 0;
  }
  if (file.size.width < 1 || file.size.height < 1) std::abort();
  if (file.file_name.find('/') != std::string::npos) std::abort();
  for (const saker::VocObject& object : file.objects) {
    if (object.name.empty() || object.line < 1) std::abort();
    if (std::isnan(object.box.x) || std::isnan(object.box.y)) std::abort();
  }
  return 0;
}
