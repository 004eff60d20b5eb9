// Any bytes give entries within them or an Error that names the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "saker/error.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/zip_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
  try {
    const saker::MemorySource source(bytes);
    const saker::ZipReader zip(source, "name");
    for (const saker::ZipReader::Entry& entry : zip.entries()) {
      if (zip.find(entry.name) == nullptr) std::abort();
      try {
        if (zip.read(entry).size() != entry.size) std::abort();
      } catch (const saker::Error&) {  // a wrong checksum
      }
    }
    static_cast<void>(saker::read_checkpoint(bytes, "name"));
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
  }
  return 0;
}
