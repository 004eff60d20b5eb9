// The metric that decides which weights are the best ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace saker {

enum class WatchMode { kMin, kMax };

// Whether more or less of a logged value is better, by its tag: "val_metric/map_50" more,
// "val_loss/loss_vfl" less.
//
// A tag whose part after the slash begins with a metric's name is better when larger, any other one
// that holds a loss's name when smaller. Throws Error (usage) with the nearest known tag for any
// other.
WatchMode watch_mode(const std::string& watch_metric,
                     const std::vector<std::string>& metric_names,
                     const std::vector<std::string>& loss_names);

// The best value so far. A plain value, to be stored in checkpoints.
struct BestValue {
  std::optional<double> value;
  std::int64_t step = 0;  // at which it was found

  // Takes the value when it is better, and returns whether it did. The first value is; ties and
  // what is not a number are not, but anything is better than a best value that is not a number.
  bool update(double candidate, std::int64_t at_step, WatchMode mode);
};

}  // namespace saker
