#include "nn/drop_path.hpp"

#include <algorithm>

namespace saker {
namespace {

// Above this rate leaving out the computation is worth the copies of rows.
constexpr double kLargestMaskedRate = 0.1;

}  // namespace

torch::Tensor add_branch_for_subset(const torch::Tensor& x,
                                    const std::vector<std::int64_t>& rows,
                                    const ResidualBranch& branch) {
  const torch::Tensor index = torch::tensor(rows, torch::kInt64).to(x.device());
  const torch::Tensor residual = branch(x.index_select(0, index));
  const double scale = static_cast<double>(x.size(0)) / static_cast<double>(rows.size());
  return x.index_add(0, index, residual.to(x.scalar_type()), scale);
}

torch::Tensor add_masked_branch(const torch::Tensor& x,
                                const std::vector<std::int64_t>& keep,
                                double rate,
                                const ResidualBranch& branch) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape.front() = x.size(0);
  const torch::Tensor factor =
      torch::tensor(keep, torch::kInt64).to(x.options()).div(1 - rate).view(shape);
  return x + branch(x) * factor;
}

torch::Tensor add_branch_with_drop(const torch::Tensor& x,
                                   double rate,
                                   RandomStream& draws,
                                   const ResidualBranch& branch) {
  if (rate <= 0) return x + branch(x);
  const std::int64_t batch = x.size(0);
  if (rate <= kLargestMaskedRate) {
    std::vector<std::int64_t> keep;
    for (std::int64_t i = 0; i < batch; ++i) keep.push_back(draws.uniform() >= rate ? 1 : 0);
    return add_masked_branch(x, keep, rate, branch);
  }
  std::vector<std::int64_t> rows = draws.permutation(batch);
  const auto kept = static_cast<std::int64_t>(static_cast<double>(batch) * (1 - rate));
  rows.resize(static_cast<std::size_t>(std::max<std::int64_t>(kept, 1)));
  return add_branch_for_subset(x, rows, branch);
}

}  // namespace saker
