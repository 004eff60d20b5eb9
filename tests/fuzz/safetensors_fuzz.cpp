// Any bytes give tensors that lie within them or an Error that names the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "saker/error.hpp"
#include "weights/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const saker::SafetensorsFile file =
        saker::read_safetensors(std::as_bytes(std::span(data, size)), "name");
    std::size_t total = 0;
    for (const auto& [name, tensor] : file.tensors) {
      if (!saker::view_problem(tensor).empty()) std::abort();
      total += tensor.contiguous_bytes().size();
    }
    if (total > size) std::abort();
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
  }
  return 0;
}
