#include "metrics/watch_metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/nearest_name.hpp"
#include "saker/error.hpp"

namespace saker {

WatchMode watch_mode(const std::string& watch_metric,
                     const std::vector<std::string>& metric_names,
                     const std::vector<std::string>& loss_names) {
  const std::size_t slash = watch_metric.find('/');
  if (slash != std::string::npos) {
    const std::string name = watch_metric.substr(slash + 1);
    const auto begins_name = [&name](const std::string& metric) {
      return name.starts_with(metric);
    };
    if (std::any_of(metric_names.begin(), metric_names.end(), begins_name)) return WatchMode::kMax;
  }
  const auto stands_in_tag = [&watch_metric](const std::string& loss) {
    return watch_metric.find(loss) != std::string::npos;
  };
  if (std::any_of(loss_names.begin(), loss_names.end(), stands_in_tag)) return WatchMode::kMin;

  std::vector<std::string> known = {"val_loss"};
  for (const std::string& name : metric_names) known.push_back("val_metric/" + name);
  for (const std::string& name : loss_names) known.push_back("val_loss/" + name);
  const std::vector<std::string> nearest = nearest_names(watch_metric, known);
  throw Error(ErrorKind::kUsage,
              fmt::format("metric_args.watch_metric: '{}' is no metric or loss{}; known are {}",
                          watch_metric,
                          nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest[0]),
                          fmt::join(known, ", ")));
}

bool BestValue::update(double candidate, std::int64_t at_step, WatchMode mode) {
  const bool first = !value.has_value();
  const bool better = !first && (mode == WatchMode::kMax ? candidate > *value : candidate < *value);
  const bool replaces_nothing = !first && std::isnan(*value) && !std::isnan(candidate);
  if (!first && !better && !replaces_nothing) return false;
  value = candidate;
  step = at_step;
  return true;
}

}  // namespace saker
