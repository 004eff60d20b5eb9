// Any bytes give a value or an Error that names the file; what was read can be written and read
// again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "saker/error.hpp"
#include "weights/pickle_reader.hpp"
#include "weights/pickle_settings.hpp"
#include "weights/pickle_writer.hpp"

namespace {

constexpr std::int64_t kStoredValues = 64;

std::shared_ptr<const saker::TensorStorage> storage(const std::string&,
                                                    saker::StoredType type,
                                                    std::int64_t numel) {
  if (numel > kStoredValues) throw saker::Error(saker::ErrorKind::kCheckpoint, "lacks the storage");
  return saker::copy_to_storage(
      type, std::vector<std::byte>(static_cast<std::size_t>(numel) * saker::size_of(type)));
}

void write_again(const saker::PickleValue& value) {
  saker::WrittenPickle written;
  try {
    static_cast<void>(saker::to_value(value));
  } catch (const saker::Error&) {
  }
  try {
    written = saker::write_pickle(value);
  } catch (const saker::Error&) {  // opaque objects cannot be written
    return;
  }
  saker::read_pickle(
      std::as_bytes(std::span(written.bytes.data(), written.bytes.size())), "again", storage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  saker::PickleValue value;
  try {
    value = saker::read_pickle(std::as_bytes(std::span(data, size)), "name", storage);
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
    return 0;
  }
  write_again(value);
  return 0;
}
