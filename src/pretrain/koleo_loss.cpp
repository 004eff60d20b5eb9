#include "pretrain/koleo_loss.hpp"

#include <torch/utils.h>

#include "nn/float32_island.hpp"

namespace saker {
namespace {

constexpr double kKoleoEpsilon = 1e-8;
constexpr double kOwnCosine = -2;  // below every other

}  // namespace

torch::Tensor nearest_rows(const torch::Tensor& unit_rows) {
  const torch::NoGradGuard no_grad;
  torch::Tensor cosines = torch::mm(unit_rows, unit_rows.t());
  cosines.fill_diagonal_(kOwnCosine);
  return cosines.argmax(1);
}

torch::Tensor koleo_loss(const torch::Tensor& embeddings) {
  const Float32Island island;
  torch::Tensor x = embeddings;
  if (x.scalar_type() != torch::kFloat64) x = x.to(torch::kFloat32);
  const torch::Tensor unit = x / x.norm(2, -1, /*keepdim=*/true).clamp_min(kKoleoEpsilon);
  // A single one is its own neighbour at a constant distance.
  const torch::Tensor nearest = unit.index_select(0, nearest_rows(unit));
  const torch::Tensor distances = (unit - nearest + kKoleoEpsilon).norm(2, -1);
  return -(distances + kKoleoEpsilon).log().mean();
}

}  // namespace saker
