// Pixels to PNG, JPEG and WebP.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "saker/image.hpp"

namespace saker {

// 1 channel (gray) or 3 (RGB); kF32 counts as [0, 1], is clamped and rounded to 8 bits. Throws
// Error (usage) for an empty image and other channel counts.
std::vector<std::byte> encode_png(const Image& image);

// The same with libjpeg's quality 1..100 and half-resolution chroma. Throws Error (usage) also for
// sides above 65500.
std::vector<std::byte> encode_jpeg(const Image& image, int quality = 95);

// The same as lossy WebP, quality 0..100, for pictures to look at. Throws Error (usage) also for
// sides above 16383.
std::vector<std::byte> encode_webp(const Image& image, int quality = 80);

// Encodes by the extension (png, jpg or jpeg, in any case) and writes the file whole or not at all.
// Throws Error: usage for another extension, io when it cannot be written.
void write_image(const std::filesystem::path& path, const Image& image);

}  // namespace saker
