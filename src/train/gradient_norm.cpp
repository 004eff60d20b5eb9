#include "train/gradient_norm.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "nn/dense_float.hpp"
#include "nn/parallel.hpp"
#include "nn/parameter_update_kernel.hpp"

namespace saker {
namespace {

// Sums of blocks of a fixed size do not depend on the number of threads.
struct Block {
  const float* values;
  std::int64_t count;
};

void add_blocks(const torch::Tensor& gradient, std::vector<Block>& blocks) {
  constexpr std::int64_t kSize = 32768;
  const auto* values = gradient.const_data_ptr<float>();
  for (std::int64_t begin = 0; begin < gradient.numel(); begin += kSize)
    blocks.push_back({values + begin, std::min(kSize, gradient.numel() - begin)});
}

double sum_of_squares(const std::vector<Block>& blocks) {
  const ParameterUpdateKernel& kernel = parameter_update_kernel(best_processor_level());
  std::vector<double> sums(blocks.size());
  parallel_for(
      static_cast<std::int64_t>(blocks.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
          sums[i] = kernel.squares(blocks[i].values, blocks[i].count);
      });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

double gradient_norm(const std::vector<ParameterGroup>& groups) {
  const torch::NoGradGuard no_grad;
  std::vector<Block> blocks;
  std::vector<torch::Tensor> others;
  for (const ParameterGroup& group : groups) {
    for (const torch::Tensor& parameter : group.parameters) {
      const torch::Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      if (is_dense_float(gradient)) {
        add_blocks(gradient, blocks);
      } else {
        others.push_back(gradient);
      }
    }
  }
  double total = sum_of_squares(blocks);
  if (!others.empty()) {
    const torch::Tensor norms = torch::stack(at::_foreach_norm(others, 2));
    total += norms.to(torch::kDouble).square().sum().item<double>();
  }
  return std::sqrt(total);
}

double clip_factor(double norm, double max_norm) {
  if (max_norm <= 0) return 1;
  const double factor = max_norm / (norm + 1e-6);
  return factor > 1 ? 1 : factor;
}

}  // namespace saker
