// One image of 640 x 640 through a backbone in evaluation mode: the module, whose operations are
// LibTorch's, beside its deployed form, and the deployed form's parts.
#include <benchmark/benchmark.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "backbones/backbone.hpp"
#include "nn/folded_transformer_block.hpp"

namespace saker {
namespace {

std::vector<std::int64_t> taps_of(const BackboneConfig& config) {
  if (config.kind == BackboneKind::kConvNext) return {1, 2, 3};
  return {config.depth / 2 - 1, config.depth - 1};
}

void run_backbone(benchmark::State& state, const std::string& name, bool deployed) {
  at::set_num_threads(static_cast<int>(state.range(0)));
  const torch::NoGradGuard no_grad;
  const BackboneConfig config = backbone_by_name(name);
  const auto backbone = make_backbone(config, 3, 0);
  backbone->eval();
  if (deployed) backbone->deploy();
  const std::int64_t side = config.patch_size == 14 ? 644 : 640;
  const torch::Tensor image = torch::randn({1, 3, side, side});
  for (auto _ : state) benchmark::DoNotOptimize(backbone->feature_maps(image, taps_of(config)));
}

constexpr TransformerBlockOptions kBlock = {.width = 192, .heads = 3, .mlp_hidden = 768};
constexpr std::int64_t kTokens = 1605;

void run_attention(benchmark::State& state) {
  at::set_num_threads(static_cast<int>(state.range(0)));
  const torch::NoGradGuard no_grad;
  const torch::Tensor qkv = torch::randn({1, kTokens, 3, kBlock.heads, 64});
  const std::vector<torch::Tensor> parts = qkv.unbind(2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(at::scaled_dot_product_attention(
        parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2)));
  }
}

void run_block(benchmark::State& state, bool folded) {
  at::set_num_threads(static_cast<int>(state.range(0)));
  const torch::NoGradGuard no_grad;
  TransformerBlock block(kBlock);
  for (torch::Tensor& parameter : block->parameters()) parameter.normal_(0, 0.02);
  torch::Tensor x = torch::randn({1, kTokens, kBlock.width});
  if (!folded) {
    for (auto _ : state) benchmark::DoNotOptimize(block->forward(x));
    return;
  }
  const FoldedTransformerBlock fast(*block);
  TransformerWorkspace workspace = fast.workspace(1, kTokens);
  for (auto _ : state) fast.run(x, /*positions=*/nullptr, workspace);
}

void threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(run_backbone, vitt16_module, "dinov3/vitt16", false)->Apply(threads);
BENCHMARK_CAPTURE(run_backbone, vitt16_deployed, "dinov3/vitt16", true)->Apply(threads);
BENCHMARK_CAPTURE(run_backbone, vits14_noreg_module, "dinov2/vits14-noreg", false)->Apply(threads);
BENCHMARK_CAPTURE(run_backbone, vits14_noreg_deployed, "dinov2/vits14-noreg", true)->Apply(threads);
BENCHMARK_CAPTURE(run_backbone, convnext_tiny_module, "dinov3/convnext-tiny", false)
    ->Apply(threads);
BENCHMARK_CAPTURE(run_backbone, convnext_tiny_deployed, "dinov3/convnext-tiny", true)
    ->Apply(threads);
BENCHMARK(run_attention)->Apply(threads);
BENCHMARK_CAPTURE(run_block, module, false)->Apply(threads);
BENCHMARK_CAPTURE(run_block, folded, true)->Apply(threads);

}  // namespace
}  // namespace saker

BENCHMARK_MAIN();
