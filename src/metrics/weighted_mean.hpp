// Means of losses over the micro-batches of a step or over a validation run.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace saker {

using NamedValues = std::vector<std::pair<std::string, double>>;

// Sum of weight * value / sum of weight for each name, over the updates that hold it.
class WeightedMean {
 public:
  // window: how many of the latest updates count; 0 means all since the last reset.
  explicit WeightedMean(std::size_t window = 0) : window_(window) {}

  void update(const NamedValues& values, double weight);
  void reset();
  bool empty() const noexcept { return updates_.empty() && sums_.empty(); }

  // In the order in which the names came; nothing before the first update. A mean over weights that
  // sum up to zero is not a number.
  NamedValues values() const;

 private:
  struct Update {
    NamedValues values;
    double weight;
  };
  struct Sum {
    std::string name;
    double weighted = 0;
    double weight = 0;
  };
  static void add(std::vector<Sum>& sums, const NamedValues& values, double weight);

  std::size_t window_;
  std::deque<Update> updates_;  // with a window
  std::vector<Sum> sums_;       // without
};

}  // namespace saker
