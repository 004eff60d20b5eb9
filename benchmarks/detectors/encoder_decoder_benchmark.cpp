// LTDETR behind the backbone, one image of 640 x 640: encoder and decoder as modules, whose
// operations are mostly LibTorch's, and in their deployed form. The argument is the number of
// threads.
#include <benchmark/benchmark.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "detectors/ltdetr/decoder.hpp"
#include "detectors/ltdetr/hybrid_encoder.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"

namespace saker {
namespace {

constexpr std::int64_t kClasses = 80;

std::vector<torch::Tensor> maps(const LevelSizes& channels, const LevelSizes& strides) {
  std::vector<torch::Tensor> result;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::int64_t size = 640 / strides[i];
    result.push_back(
        torch::randn({1, channels[i], size, size}).contiguous(torch::MemoryFormat::ChannelsLast));
  }
  return result;
}

void encoder(benchmark::State& state, const std::string& name, bool deployed) {
  at::set_num_threads(static_cast<int>(state.range(0)));
  const torch::NoGradGuard no_grad;
  const LtdetrConfig& config = find_ltdetr(name)->config;
  HybridEncoder module(config.encoder, 0);
  module.eval();
  if (deployed) module.deploy();
  const auto inputs = maps(config.encoder.in_channels, config.decoder.strides);
  for (auto _ : state) benchmark::DoNotOptimize(module.forward(inputs));
}

void decoder(benchmark::State& state, const std::string& name, bool deployed) {
  at::set_num_threads(static_cast<int>(state.range(0)));
  const torch::NoGradGuard no_grad;
  const DecoderConfig& config = find_ltdetr(name)->config.decoder;
  const auto module = make_decoder(config, kClasses, 0);
  module->eval();
  if (deployed) module->deploy();
  const auto inputs = maps(config.in_channels, config.strides);
  for (auto _ : state) benchmark::DoNotOptimize(module->forward(inputs));
}

void threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(encoder, vitt16, "dinov3/vitt16-ltdetr", false)->Apply(threads);
BENCHMARK_CAPTURE(encoder, vitt16_deployed, "dinov3/vitt16-ltdetr", true)->Apply(threads);
BENCHMARK_CAPTURE(encoder, convnext_tiny, "dinov3/convnext-tiny-ltdetr", false)->Apply(threads);
BENCHMARK_CAPTURE(encoder, convnext_tiny_deployed, "dinov3/convnext-tiny-ltdetr", true)
    ->Apply(threads);
BENCHMARK_CAPTURE(decoder, vitt16, "dinov3/vitt16-ltdetr", false)->Apply(threads);
BENCHMARK_CAPTURE(decoder, vitt16_deployed, "dinov3/vitt16-ltdetr", true)->Apply(threads);
BENCHMARK_CAPTURE(decoder, convnext_tiny, "dinov3/convnext-tiny-ltdetr", false)->Apply(threads);
BENCHMARK_CAPTURE(decoder, convnext_tiny_deployed, "dinov3/convnext-tiny-ltdetr", true)
    ->Apply(threads);
BENCHMARK_CAPTURE(decoder, ltdetrv2_s, "ltdetrv2-s", false)->Apply(threads);
BENCHMARK_CAPTURE(decoder, ltdetrv2_s_deployed, "ltdetrv2-s", true)->Apply(threads);

}  // namespace
}  // namespace saker

BENCHMARK_MAIN();
