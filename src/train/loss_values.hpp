// The losses of a batch as plain numbers.
#pragma once

#include "detectors/detector.hpp"
#include "metrics/weighted_mean.hpp"

namespace saker {

// "loss", then those that are logged. Waits for the device.
NamedValues loss_values(const LossTerms& losses);

// Adds `values` times `share` to those of the same names.
void add_share(NamedValues& sums, const NamedValues& values, double share);

}  // namespace saker
