// The terms that a criterion of LTDETR's makes, by name.
#pragma once

#include <torch/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detectors/ltdetr/loss_settings.hpp"

namespace saker {

class CriterionTerms {
 public:
  // replace_non_finite: NaN terms become 0, infinite ones the largest float32.
  CriterionTerms(const LtdetrLossSettings& settings, bool replace_non_finite)
      : settings_(settings), replace_non_finite_(replace_non_finite) {}

  // Adds the losses `name` ("loss_vfl") of K sets of predictions: sums [K] times the factor that
  // the settings give, divided by the normaliser.
  void add(const std::string& name,
           const std::vector<std::string>& suffixes,
           const torch::Tensor& sums,
           double normalizer);

  // The sum of all terms.
  torch::Tensor total() const;
  // The sum of the terms of that loss over all sets; empty if there are none.
  std::optional<torch::Tensor> sum_of(const std::string& name) const;
  // The term of that loss and suffix.
  std::optional<torch::Tensor> find(const std::string& name, const std::string& suffix) const;
  // Every term with its full name, e.g. "loss_vfl_aux_0", as scalars.
  std::vector<std::pair<std::string, torch::Tensor>> all() const;

 private:
  struct Losses {
    std::string name;
    std::vector<std::string> suffixes;
    torch::Tensor values;  // [K]
  };

  const LtdetrLossSettings& settings_;  // of the caller, which outlives this
  bool replace_non_finite_;
  std::vector<Losses> losses_;
};

}  // namespace saker
