#include "train/autocast_scope.hpp"

#include <ATen/autocast_mode.h>

namespace saker {

AutocastScope::AutocastScope(torch::DeviceType device, Precision precision)
    : device_(device),
      entered_(precision != Precision::kFloat32),
      enabled_before_(at::autocast::is_autocast_enabled(device)),
      type_before_(at::autocast::get_autocast_dtype(device)) {
  if (!entered_) return;
  at::autocast::set_autocast_dtype(
      device_, precision == Precision::kFloat16Mixed ? at::kHalf : at::kBFloat16);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!entered_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, enabled_before_);
  at::autocast::set_autocast_dtype(device_, type_before_);
}

}  // namespace saker
