// A factor on the loss that keeps float16 gradients from vanishing.
#pragma once

#include <cstdint>

#include "weights/pickle_value.hpp"

namespace saker {

// Starts at 2^16. Gradients that overflow halve it, and their step is skipped; 2000 good steps in a
// row double it. Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018.
class LossScaler {
 public:
  double scale() const { return scale_; }

  // After every step: whether its gradients were finite.
  void update(bool finite);

  // {"scale", "good_steps"}
  PickleDict state() const;
  // Throws Error (checkpoint) for a state that is none.
  void restore(const PickleValue& state);

 private:
  double scale_ = 65536;
  std::int64_t good_steps_ = 0;
};

}  // namespace saker
