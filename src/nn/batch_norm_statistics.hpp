// What batch norm takes from the sums over a channel while it trains.
#pragma once

#include <cmath>

namespace saker {

struct ChannelStatistics {
  double mean = 0, variance = 0;  // biased
  double inverse_std = 0;         // 1 / sqrt(variance + eps)
};

// sum, squares: sum (x - pivot) and sum (x - pivot)^2 of `count` values; pivot: one of them, which
// keeps the variance exact where the mean is large against it. A NaN stays one.
inline ChannelStatistics channel_statistics(
    float pivot, double sum, double squares, double count, double eps) {
  const double centre = sum / count, rest = squares - sum * centre;
  const double variance = rest > 0 ? rest / count : squares * 0;
  return {.mean = static_cast<double>(pivot) + centre,
          .variance = variance,
          .inverse_std = 1 / std::sqrt(variance + eps)};
}

// Moves the running statistics by momentum, the variance unbiased.
inline void move_running(const ChannelStatistics& channel,
                         double count,
                         double momentum,
                         float& running_mean,
                         float& running_var) {
  const auto moved = [momentum](float from, double to) {
    return static_cast<float>((1 - momentum) * static_cast<double>(from) + momentum * to);
  };
  running_mean = moved(running_mean, channel.mean);
  running_var = moved(running_var, channel.variance * count / (count - 1));
}

}  // namespace saker
