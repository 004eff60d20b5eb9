#include "detectors/ltdetr/criterion_terms.hpp"

#include <algorithm>

namespace saker {

void CriterionTerms::add(const std::string& name,
                         const std::vector<std::string>& suffixes,
                         const torch::Tensor& sums,
                         double normalizer) {
  torch::Tensor values = sums * (settings_.weight(name).value() / normalizer);
  if (replace_non_finite_) values = torch::nan_to_num(values);
  losses_.push_back({.name = name, .suffixes = suffixes, .values = values});
}

torch::Tensor CriterionTerms::total() const {
  std::vector<torch::Tensor> values;
  for (const Losses& losses : losses_) values.push_back(losses.values);
  return torch::cat(values).sum();
}

std::optional<torch::Tensor> CriterionTerms::sum_of(const std::string& name) const {
  std::optional<torch::Tensor> sum;
  for (const Losses& losses : losses_) {
    if (losses.name != name) continue;
    const torch::Tensor of_sets = losses.values.sum();
    sum = sum ? *sum + of_sets : of_sets;
  }
  return sum;
}

std::optional<torch::Tensor> CriterionTerms::find(const std::string& name,
                                                  const std::string& suffix) const {
  for (const Losses& losses : losses_) {
    if (losses.name != name) continue;
    const auto found = std::find(losses.suffixes.begin(), losses.suffixes.end(), suffix);
    if (found != losses.suffixes.end()) return losses.values[found - losses.suffixes.begin()];
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, torch::Tensor>> CriterionTerms::all() const {
  std::vector<std::pair<std::string, torch::Tensor>> terms;
  for (const Losses& losses : losses_) {
    for (std::size_t set = 0; set < losses.suffixes.size(); ++set) {
      terms.emplace_back(losses.name + losses.suffixes[set],
                         losses.values[static_cast<std::int64_t>(set)]);
    }
  }
  return terms;
}

}  // namespace saker
