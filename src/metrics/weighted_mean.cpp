#include "metrics/weighted_mean.hpp"

#include <algorithm>

namespace saker {

void WeightedMean::update(const NamedValues& values, double weight) {
  if (window_ == 0) {
    add(sums_, values, weight);
    return;
  }
  updates_.push_back({values, weight});
  if (updates_.size() > window_) updates_.pop_front();
}

void WeightedMean::reset() {
  updates_.clear();
  sums_.clear();
}

NamedValues WeightedMean::values() const {
  // The sums of a window are formed anew each time, so that rounding does not add up.
  std::vector<Sum> sums = sums_;
  for (const Update& update : updates_) add(sums, update.values, update.weight);
  NamedValues means;
  for (const Sum& sum : sums) means.emplace_back(sum.name, sum.weighted / sum.weight);
  return means;
}

void WeightedMean::add(std::vector<Sum>& sums, const NamedValues& values, double weight) {
  for (const auto& [name, value] : values) {
    const auto same_name = [&name = name](const Sum& sum) { return sum.name == name; };
    auto sum = std::find_if(sums.begin(), sums.end(), same_name);
    if (sum == sums.end()) sum = sums.insert(sums.end(), Sum{name});
    sum->weighted += value * weight;
    sum->weight += weight;
  }
}

}  // namespace saker
