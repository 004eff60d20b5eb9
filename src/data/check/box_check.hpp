// What becomes of the boxes of an image, and what is wrong with them.
#pragma once

#include <optional>
#include <string>

#include "data/check/findings.hpp"
#include "data/check/image_check.hpp"
#include "data/check/sample_source.hpp"

namespace saker {

enum class BoxFate {
  kKept,
  kClipped,     // reaches over the edge by more than kOverhangPixels
  kDegenerate,  // not finite, or without area: left out
  kOutside,     // left out
};

// Less comes from the rounding of label files.
inline constexpr double kOverhangPixels = 1;

// What training makes of a box on its own; see enter_boxes() of transforms. image: empty when its
// size is not known, and then a thousandth of it stands for a pixel.
BoxFate fate_of(const NormalizedBox& box, const std::optional<ImageFacts>& image);

// Reports every box that training does not take as it is, and pairs that lie on each other.
void check_boxes(const std::string& image,
                 const std::string& split,
                 const CheckedLabels& labels,
                 const std::optional<ImageFacts>& facts,
                 Findings& findings);

}  // namespace saker
