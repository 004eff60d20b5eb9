#include "train/loss_values.hpp"

#include <algorithm>

namespace saker {

NamedValues loss_values(const LossTerms& losses) {
  NamedValues values = {{"loss", losses.total.item<double>()}};
  for (const auto& [name, value] : losses.logged) values.emplace_back(name, value.item<double>());
  return values;
}

void add_share(NamedValues& sums, const NamedValues& values, double share) {
  for (const auto& item : values) {
    const auto found = std::find_if(
        sums.begin(), sums.end(), [&](const auto& sum) { return sum.first == item.first; });
    if (found == sums.end()) {
      sums.emplace_back(item.first, share * item.second);
    } else {
      found->second += share * item.second;
    }
  }
}

}  // namespace saker
