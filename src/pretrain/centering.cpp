#include "pretrain/centering.hpp"

#include <torch/utils.h>

#include "nn/float32_island.hpp"

namespace saker {
namespace {

constexpr int kSinkhornRounds = 3;

void add_up(const ProcessExchangePointer& exchange, const torch::Tensor& values) {
  if (exchange) exchange->sum(values);
}

}  // namespace

torch::Tensor centered_probabilities(const torch::Tensor& logits,
                                     const torch::Tensor& center,
                                     double temperature) {
  return torch::softmax((logits - center) / temperature, -1);
}

torch::Tensor sinkhorn_knopp(const torch::Tensor& logits,
                             double temperature,
                             const ProcessExchangePointer& exchange) {
  const torch::NoGradGuard no_grad;
  const Float32Island island;
  torch::Tensor q = logits.to(torch::kFloat32).div(temperature).exp_();
  // The rows' number and the sum of all.
  torch::Tensor totals =
      torch::stack({torch::tensor(static_cast<double>(q.size(0)), torch::kFloat64).to(q.device()),
                    q.sum(torch::kFloat64)});
  add_up(exchange, totals);
  const auto rows = totals[0].item<double>();
  if (rows == 0) return q;
  const auto prototypes = static_cast<double>(q.size(1));
  q.div_(totals[1].to(torch::kFloat32));
  for (int i = 0; i < kSinkhornRounds; ++i) {
    torch::Tensor of_prototypes = q.sum(0, /*keepdim=*/true);
    add_up(exchange, of_prototypes);
    q.div_(of_prototypes.mul_(prototypes));
    q.div_(q.sum(1, /*keepdim=*/true).mul_(rows));
  }
  return q.mul_(rows);
}

MovingCenter::MovingCenter(const torch::Tensor& buffer, double momentum)
    : buffer_(buffer), momentum_(momentum) {}

void MovingCenter::collect(const torch::Tensor& rows) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor sum = rows.sum(0);
  sum_ = sum_.defined() ? sum_ + sum : sum;
  count_ += rows.size(0);
}

void MovingCenter::update(const torch::Tensor& prototypes, const ProcessExchangePointer& exchange) {
  const torch::NoGradGuard no_grad;
  const Float32Island island;
  torch::Tensor mean = torch::zeros({prototypes.size(0) + 1}, prototypes.options());
  if (count_ > 0) {
    const torch::Tensor vector = sum_.to(prototypes.scalar_type()) / static_cast<double>(count_);
    mean.narrow(0, 0, prototypes.size(0)).copy_(torch::mv(prototypes, vector));
    mean.narrow(0, prototypes.size(0), 1).fill_(1);
  }
  add_up(exchange, mean);
  const auto shares = mean[-1].item<double>();
  if (shares > 0) {
    const torch::Tensor of_all = mean.narrow(0, 0, prototypes.size(0)) / shares;
    buffer_.mul_(momentum_).add_(of_all.view_as(buffer_), 1 - momentum_);
  }
  reset();
}

void MovingCenter::reset() {
  sum_ = torch::Tensor();
  count_ = 0;
}

}  // namespace saker
