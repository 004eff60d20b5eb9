// Settings of the loop with every default in place, as config.yaml holds them.
#pragma once

#include "saker/value.hpp"
#include "train/training_settings.hpp"

namespace saker {

Value resolved_metric_args(const MetricSettings& settings);
Value resolved_image_args(const ImageSettings& settings);

}  // namespace saker
