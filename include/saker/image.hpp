// Pixels on the CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace saker {

enum class PixelType { kU8, kF32 };

// Height x width x channels, row-major, without padding between rows. Channels are RGB or gray.
// kU8 holds 0..255. kF32 holds [0, 1] for pictures; values of float TIFF and unscaled DICOM files
// are as stored. Copies share the pixels; mutable access to a shared image copies first (copy on
// write).
class Image {
 public:
  Image() = default;
  // Pixels are zero. Throws Error (data) when a dimension is not positive or the size exceeds 2^40
  // bytes.
  Image(std::int64_t height, std::int64_t width, std::int64_t channels, PixelType type);

  std::int64_t height() const noexcept { return height_; }
  std::int64_t width() const noexcept { return width_; }
  std::int64_t channels() const noexcept { return channels_; }
  PixelType type() const noexcept { return type_; }
  bool empty() const noexcept { return height_ == 0; }
  std::size_t value_count() const noexcept {
    return static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_) *
           static_cast<std::size_t>(channels_);
  }

  // All values in order; throws Error (internal) when the type is another one.
  std::span<const std::uint8_t> u8() const;
  std::span<const float> f32() const;
  std::span<std::uint8_t> mutable_u8();
  std::span<float> mutable_f32();

 private:
  std::byte* unique_bytes();

  std::int64_t height_ = 0, width_ = 0, channels_ = 0;
  PixelType type_ = PixelType::kU8;
  std::shared_ptr<std::byte[]> bytes_;
};

}  // namespace saker
