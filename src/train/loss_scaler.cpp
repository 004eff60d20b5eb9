#include "train/loss_scaler.hpp"

#include <fmt/format.h>

#include <cmath>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kGrowthInterval = 2000;

}  // namespace

void LossScaler::update(bool finite) {
  if (!finite) {
    scale_ /= 2;
    good_steps_ = 0;
  } else if (++good_steps_ == kGrowthInterval) {
    scale_ *= 2;
    good_steps_ = 0;
  }
}

PickleDict LossScaler::state() const {
  PickleDict state;
  state.set("scale", scale_);
  state.set("good_steps", good_steps_);
  return state;
}

void LossScaler::restore(const PickleValue& state) {
  const double scale = state.at("scale").as_double();
  if (!std::isfinite(scale) || scale <= 0)
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("loss_scaler.scale is {}, which is no factor", scale));
  scale_ = scale;
  good_steps_ = state.at("good_steps").as_int();
}

}  // namespace saker
