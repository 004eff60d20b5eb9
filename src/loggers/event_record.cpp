#include "loggers/event_record.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "loggers/crc32c.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kHeaderSize = sizeof(std::uint64_t) + sizeof(std::uint32_t);
constexpr std::size_t kFooterSize = sizeof(std::uint32_t);

template <typename T>
void append(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

template <typename T>
T load(std::string_view bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

[[noreturn]] void damaged(const char* what) { throw Error(ErrorKind::kData, what); }

}  // namespace

std::string frame_record(std::string_view payload) {
  std::string record;
  record.reserve(kHeaderSize + payload.size() + kFooterSize);
  append(record, static_cast<std::uint64_t>(payload.size()));
  append(record, masked_crc32c(record));
  record.append(payload);
  append(record, masked_crc32c(payload));
  return record;
}

std::optional<std::string_view> take_record(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  if (bytes.size() < kHeaderSize + kFooterSize) damaged("an event record is cut off");
  const auto size = load<std::uint64_t>(bytes);
  if (load<std::uint32_t>(bytes.substr(sizeof(size))) !=
      masked_crc32c(bytes.substr(0, sizeof(size)))) {
    damaged("the length of an event record has a wrong checksum");
  }
  if (size > bytes.size() - kHeaderSize - kFooterSize) damaged("an event record is cut off");
  const std::string_view payload = bytes.substr(kHeaderSize, size);
  if (load<std::uint32_t>(bytes.substr(kHeaderSize + size)) != masked_crc32c(payload)) {
    damaged("an event record has a wrong checksum");
  }
  bytes.remove_prefix(kHeaderSize + size + kFooterSize);
  return payload;
}

}  // namespace saker
