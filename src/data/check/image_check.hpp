// What is wrong with an image file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/sha256.hpp"
#include "data/check/findings.hpp"
#include "data/check/sample_source.hpp"
#include "image/decoded_image.hpp"

namespace saker {

using ImageFacts = OrientedSize;  // upright

struct CheckedImage {
  std::optional<Sha256Digest> hash;  // empty for a file that cannot be read, or is empty
  std::optional<ImageFacts> facts;   // empty when it cannot be decoded
};

// Whether the size that annotations tell is that of the file.
void check_told_size(const std::string& image,
                     const std::string& split,
                     const CheckedLabels& labels,
                     const ImageFacts& facts,
                     Findings& findings);

// Reads and decodes the whole file. Safe from many threads.
CheckedImage check_image(const std::string& path, const std::string& split, Findings& findings);

}  // namespace saker
