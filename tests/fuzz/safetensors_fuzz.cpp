// Any bytes give tensors that lie within them, and a checkpoint of them, or an Error; a checkpoint
// can be written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "saker/error.hpp"
#include "weights/safetensors.hpp"
#include "weights/safetensors_checkpoint.hpp"

namespace {

void check_tensors(const saker::SafetensorsFile& file, std::size_t size) {
  std::size_t total = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (!saker::view_problem(tensor).empty()) std::abort();
    total += tensor.contiguous_bytes().size();
  }
  if (total > size) std::abort();
}

void check_checkpoint(const saker::SafetensorsFile& file) {
  saker::PickleValue checkpoint;
  try {
    checkpoint = saker::from_safetensors(file);
  } catch (const saker::Error&) {
    return;
  }
  saker::from_safetensors(saker::to_safetensors(checkpoint));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  saker::SafetensorsFile file;
  try {
    file = saker::read_safetensors(std::as_bytes(std::span(data, size)), "name");
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
    return 0;
  }
  check_tensors(file, size);
  check_checkpoint(file);
  return 0;
}
