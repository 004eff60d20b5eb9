// A criterion's value together with its derivative.
#pragma once

#include <torch/types.h>

#include <vector>

namespace saker {

struct CriterionResult {
  double total = 0;                   // with all factors
  double vfl = 0, giou = 0, dfl = 0;  // each without its factor
  // Derivatives of factor * total by the class logits, then by the box logits, of every level, with
  // the factor that the caller asked for. Empty when no gradient was asked for.
  std::vector<torch::Tensor> gradients;
};

}  // namespace saker
