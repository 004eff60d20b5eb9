// The checksum of event files.
#pragma once

#include <cstdint>
#include <string_view>

namespace saker {

// CRC-32C, polynomial 0x1EDC6F41 (Castagnoli). Source: RFC 3720, appendix B.4.
std::uint32_t crc32c(std::string_view bytes) noexcept;

// Rotated and offset, as records store it, so that the checksum of data that holds checksums stays
// useful. Source: TensorFlow's record format.
std::uint32_t masked_crc32c(std::string_view bytes) noexcept;

}  // namespace saker
