// The frames of an event file: length, checksum of the length, payload, checksum of the payload;
// all little-endian.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace saker {

// The bytes of one record.
std::string frame_record(std::string_view payload);

// Takes the first record off `bytes` and returns its payload; nothing when the bytes are at their
// end. Throws Error (data) when a record is cut off or has a wrong checksum.
std::optional<std::string_view> take_record(std::string_view& bytes);

}  // namespace saker
