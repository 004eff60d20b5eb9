#include "nn/process_exchange.hpp"

namespace saker {

std::vector<double> mean_over_processes(const ProcessExchangePointer& exchange,
                                        const std::vector<double>& own) {
  if (!exchange) return own;
  const torch::Tensor sums = torch::tensor(own, torch::kDouble);
  exchange->sum(sums);
  const double* const first = sums.const_data_ptr<double>();
  std::vector<double> means(first, first + own.size());
  for (double& mean : means) mean /= static_cast<double>(exchange->processes());
  return means;
}

std::int64_t largest_over_processes(const ProcessExchangePointer& exchange, std::int64_t own) {
  if (!exchange) return own;
  const torch::Tensor largest = torch::full({1}, own, torch::kLong);
  exchange->maximum(largest);
  return largest.item<std::int64_t>();
}

}  // namespace saker
