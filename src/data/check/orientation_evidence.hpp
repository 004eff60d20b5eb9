// Whether labels were drawn on images before EXIF turned them.
//
// Only orientations 5 to 8 leave a trace in boxes: they swap the axes, so that a box that was drawn
// on the stored image gets another shape in pixels on the upright one. The shapes (width over
// height, in pixels) of each class are learnt from images whose axes are not swapped. For a turned
// image the natural logarithms of the probability of its boxes' shapes, once as drawn on the stored
// image and once as on the upright one, are subtracted and added up; a box counts for 3 at most. An
// image is reported when its sum is at least 5 (odds of about 150 to 1), or at least 1 while the
// sum over all turned images is at least 5, since one tool labelled most of them in one way.
// Classes of fewer than 20 boxes in images that are not turned, and images that are square, say
// nothing. Orientations 2 to 4 (mirrored, half turn) keep the shapes, so that nothing is said of
// them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/check/findings.hpp"
#include "data/check/image_check.hpp"
#include "data/check/sample_source.hpp"

namespace saker {

class OrientationEvidence {
 public:
  void add(const std::string& split,
           const std::string& image,
           const CheckedLabels& labels,
           const ImageFacts& facts);

  void report(Findings& findings) const;

 private:
  // Log-shapes from -4 to 4 in steps of 0.05.
  static constexpr std::size_t kBins = 160;
  struct Shapes {
    std::vector<std::uint32_t> bins = std::vector<std::uint32_t>(kBins);
    std::uint64_t count = 0;
  };
  struct Box {
    std::int64_t class_index = 0;
    double stored = 0, upright = 0;  // log-shapes
  };
  struct Turned {
    std::string split, image, label_file;
    int orientation = 1;
    std::vector<Box> boxes;
  };

  static std::size_t bin_of(double log_shape);
  static double log_density(const Shapes& shapes, double log_shape);
  double evidence(const Turned& image) const;

  std::map<std::int64_t, Shapes> shapes_;
  std::vector<Turned> turned_;
};

}  // namespace saker
