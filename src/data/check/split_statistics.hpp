// Counts of one split, and what they tell.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/check/findings.hpp"
#include "data/check/image_check.hpp"
#include "data/check/sample_source.hpp"

namespace saker {

class SplitStatistics {
 public:
  SplitStatistics(std::string split, std::string folder, std::size_t classes);

  // In the order of samples. labels: boxes that training leaves out count nowhere.
  void add(const CheckedLabels& labels, const std::optional<ImageFacts>& facts);

  // Images with far fewer boxes of a class than the others: where the middle image has at least six
  // boxes of it, those with a quarter of that or fewer (but some box of another class), unless more
  // than a fifth of the images are such. source: of the samples that were added.
  void report_few_boxes(const SampleSource& source,
                        const ClassNames& classes,
                        Findings& findings) const;

  SplitSummary summary() const;

 private:
  struct ClassCount {
    std::int32_t class_index = 0, count = 0;
  };

  SplitSummary totals_;
  std::vector<std::int32_t> widths_, heights_, boxes_;
  // Of each image the classes that it has, one after the other; image i begins at counts_begin_[i].
  std::vector<ClassCount> counts_;
  std::vector<std::uint64_t> counts_begin_;
};

// The lower one of the two middle values of an even number; zeros for none.
ValueRange range_of(std::vector<std::int32_t> values);

}  // namespace saker
