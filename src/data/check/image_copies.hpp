// Images whose files have the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "data/check/findings.hpp"
#include "data/check/image_check.hpp"
#include "data/check/sample_source.hpp"

namespace saker {

class ImageCopies {
 public:
  // split: its position in the order in which splits are reported.
  void add(std::size_t split,
           std::int64_t sample,
           const Sha256Digest& hash,
           const CheckedLabels& labels);

  // sources: by position. A file that stands in several splits itself is no copy: such splits are
  // reported once a pair.
  void report(const std::vector<const SampleSource*>& sources, Findings& findings) const;

 private:
  struct Entry {
    Sha256Digest hash;
    std::uint64_t labels = 0;  // equal for equal boxes
    std::int64_t sample = 0;
    std::size_t split = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace saker
