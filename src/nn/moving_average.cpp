#include "nn/moving_average.hpp"

#include <torch/utils.h>

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "nn/dense_float.hpp"
#include "nn/parallel_arrays.hpp"
#include "nn/parameter_update_kernel.hpp"

namespace saker {
namespace {

struct PlainAverage {
  float* average;
  const float* value;
  std::int64_t count;
};

}  // namespace

void move_averages(const std::vector<torch::Tensor>& averages,
                   const std::vector<torch::Tensor>& values,
                   double kept) {
  const torch::NoGradGuard no_grad;
  std::unordered_set<const void*> seen;
  std::vector<PlainAverage> plain;
  std::vector<torch::Tensor> other_averages, other_values;
  for (std::size_t i = 0; i < averages.size(); ++i) {
    const torch::Tensor& average = averages[i];
    const torch::Tensor& value = values[i];
    if (average.numel() == 0 || !seen.insert(average.const_data_ptr()).second) continue;
    if (is_dense_float(average) && are_laid_out_alike(average, value)) {
      plain.push_back({average.data_ptr<float>(), value.const_data_ptr<float>(), average.numel()});
    } else {
      other_averages.push_back(average);
      other_values.push_back(value);
    }
  }
  if (!other_averages.empty()) {
    at::_foreach_mul_(other_averages, kept);
    at::_foreach_add_(other_averages, other_values, 1.0 - kept);
  }
  const ParameterUpdateKernel& kernel = parameter_update_kernel(best_processor_level());
  const auto old_share = static_cast<float>(kept);
  const auto new_share = static_cast<float>(1.0 - kept);
  parallel_over(plain, [&](const PlainAverage& p, std::int64_t begin, std::int64_t count) {
    kernel.average(p.average + begin, p.value + begin, count, old_share, new_share);
  });
}

}  // namespace saker
