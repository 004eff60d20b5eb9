// What LTDETR's training does between the decoder and the optimizer: denoising queries, matching,
// losses and their gradients. Two threads.
#include <benchmark/benchmark.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "core/random_stream.hpp"
#include "detectors/ltdetr/denoising_queries.hpp"
#include "detectors/ltdetr/linear_assignment.hpp"
#include "detectors/ltdetr/ltdetr_losses.hpp"

namespace saker {
namespace {

constexpr std::int64_t kImages = 4, kTargets = 20, kLayers = 4, kQueries = 300, kClasses = 80;

// 300 queries and 2000 targets. Contested: all queries want the same targets, as those of a network
// that has not learnt yet.
void assignment(benchmark::State& state, bool contested) {
  constexpr std::int64_t kManyTargets = 2000;
  RandomStream stream({.purpose = "benchmark"});
  std::vector<double> of_target(kManyTargets);
  for (double& cost : of_target) cost = stream.uniform();
  std::vector<double> costs;
  for (std::int64_t query = 0; query < kQueries; ++query) {
    for (const double cost : of_target) {
      costs.push_back(contested ? cost + 0.01 * stream.uniform() : stream.uniform());
    }
  }
  for (auto _ : state) benchmark::DoNotOptimize(assign_rows(costs, kQueries, kManyTargets));
}

torch::Tensor boxes(std::int64_t images, std::int64_t queries) {
  return torch::cat({torch::rand({images, queries, 2}) * 0.7 + 0.15,
                     torch::rand({images, queries, 2}) * 0.4 + 0.05},
                    -1);
}

Targets targets() {
  Targets made;
  for (std::int64_t image = 0; image < kImages; ++image) {
    made.boxes_cxcywh_norm.push_back(boxes(1, kTargets)[0]);
    made.classes.push_back(torch::randint(kClasses, {kTargets}, torch::kLong));
  }
  return made;
}

LayerOutputs layer(std::int64_t queries, bool corners) {
  return {.logits = (torch::randn({kImages, queries, kClasses}) - 4).requires_grad_(),
          .boxes = boxes(kImages, queries).requires_grad_(),
          .corners = corners ? torch::randn({kImages, queries, 4 * 33}).requires_grad_()
                             : torch::Tensor()};
}

DecoderPart part(std::int64_t queries, bool dfine) {
  DecoderPart made;
  for (std::int64_t i = 0; i < kLayers; ++i) made.layers.push_back(layer(queries, dfine));
  if (dfine) {
    made.pre = layer(queries, false);
    made.reference_boxes = boxes(kImages, queries);
  }
  return made;
}

enum class Pass { kForward, kBackward };

// Four images with 20 targets each, four decoder layers, 80 classes, 200 denoising queries.
void criterion(benchmark::State& state, DecoderKind kind, Pass timed) {
  at::set_num_threads(2);
  const bool dfine = kind == DecoderKind::kDfine;
  const LtdetrLossSettings settings = loss_settings_for({.kind = kind}, {});
  const Targets batch = targets();
  const std::int64_t groups = denoising_groups(kTargets, 100);
  DecoderOutputs outputs;
  outputs.matching = part(kQueries, dfine);
  outputs.denoising = part(2 * kTargets * groups, dfine);
  outputs.encoder = layer(kQueries, false);
  for (auto _ : state) {
    if (timed == Pass::kBackward) state.PauseTiming();
    const LossTerms terms = ltdetr_losses(outputs, batch, settings, groups);
    (timed == Pass::kForward ? state.PauseTiming() : state.ResumeTiming());
    terms.total.backward();
    if (timed == Pass::kForward) state.ResumeTiming();
  }
}

void denoising(benchmark::State& state) {
  at::set_num_threads(2);
  const Targets batch = targets();
  for (auto _ : state) {
    benchmark::DoNotOptimize(make_denoising(batch, kClasses, kQueries, {}, DrawKey()).groups);
  }
}

BENCHMARK_CAPTURE(assignment, random, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(assignment, contested, true)->Unit(benchmark::kMillisecond);
BENCHMARK(denoising)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(criterion, rtdetrv2_forward, DecoderKind::kRtdetrV2, Pass::kForward)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(criterion, rtdetrv2_backward, DecoderKind::kRtdetrV2, Pass::kBackward)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(criterion, dfine_forward, DecoderKind::kDfine, Pass::kForward)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(criterion, dfine_backward, DecoderKind::kDfine, Pass::kBackward)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace saker

BENCHMARK_MAIN();
