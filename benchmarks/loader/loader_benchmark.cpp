// Milliseconds an image from a JPEG file to a training batch, as a whole and by part.
//
//   SAKER_BENCHMARK_IMAGE=photo.jpg loader_benchmark
//
// training, geometry_and_resize and resize_alone (PicoDet) and those of ltdetr time batches of 8;
// items_per_second counts images. ltdetr/plain: its first phase, flips and batches of many sizes
// around 640; ltdetr/strong: everything on.
// The random draws go through 1000 samples, so that rare and dear steps are there with their share.
// One thread.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/random_stream.hpp"
#include "image/read_image.hpp"
#include "transforms/ltdetr_transforms.hpp"
#include "transforms/photometric_distort.hpp"
#include "transforms/picodet_transforms.hpp"
#include "transforms/train_transform.hpp"
#include "transforms/validation_transform.hpp"

namespace saker {
namespace {

constexpr std::int64_t kSamples = 1000;
constexpr std::int64_t kBatch = 8;

std::string image_path() {
  const char* path = std::getenv("SAKER_BENCHMARK_IMAGE");
  return path == nullptr ? "" : path;
}

const Annotations& annotations() {
  static const Annotations kAnnotations = {
      {{0.3, 0.4, 0.2, 0.3}, {0.7, 0.6, 0.25, 0.3}, {0.5, 0.5, 0.1, 0.1}}, {0, 1, 2}};
  return kAnnotations;
}

ResolvedTransforms resolved(const Value& args) {
  return resolve_transforms(
      picodet_transform_family(), args, {.default_image_size = {416, 416}, .run = {90000, 100, 1}});
}

ScheduledBatch scheduled(std::int64_t number, std::int64_t step) {
  ScheduledBatch batch{.key = {.batch = number, .step = step}};
  for (std::int64_t i = 0; i < kBatch; ++i)
    batch.indices.push_back((number * kBatch + i) % kSamples);
  return batch;
}

// Batches of 8 through the training transform, each sample with draws of its own.
void make_batches(benchmark::State& state,
                  const TrainTransform& transform,
                  bool decode,
                  std::int64_t step = 0) {
  const std::string path = image_path();
  const Image decoded = read_image(path);
  const auto read = [&](std::int64_t) {
    return SampleInput{decode ? read_image(path) : decoded, annotations(), path};
  };
  std::int64_t number = 0;
  for ([[maybe_unused]] auto _ : state) {
    const ScheduledBatch batch = scheduled(number++, step);
    benchmark::DoNotOptimize(
        transform.make_batch(batch.indices, batch.key, read, [step](std::int64_t earlier) {
          return scheduled(earlier, step);
        }));
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void decode(benchmark::State& state) {
  const std::string path = image_path();
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(read_image(path));
}

void photometric(benchmark::State& state) {
  const Image decoded = read_image(image_path());
  std::int64_t number = 0;
  for ([[maybe_unused]] auto _ : state) {
    RandomStream draws(
        {.purpose = "augment", .index = static_cast<std::uint64_t>(number++ % kSamples)});
    Image image = decoded;
    photometric_distort({}, draws, image);
    benchmark::DoNotOptimize(image);
  }
}

void jitter_operation(benchmark::State& state, const ColorJitter& jitter) {
  const Image decoded = read_image(image_path());
  for ([[maybe_unused]] auto _ : state) {
    Image image = decoded;
    apply_color_jitter(jitter, image);
    benchmark::DoNotOptimize(image);
  }
}

void geometry_and_resize(benchmark::State& state) {
  make_batches(state, TrainTransform(resolved({{"photometric_distort", nullptr}}).train), false);
}

void resize_alone(benchmark::State& state) {
  make_batches(state,
               TrainTransform(resolved({{"photometric_distort", nullptr},
                                        {"random_zoom_out", nullptr},
                                        {"random_iou_crop", nullptr}})
                                  .train),
               false);
}

void training(benchmark::State& state) {
  make_batches(state, TrainTransform(resolved({}).train), true);
}

// Every augmentation of LTDETR from the step 1000 on, none before.
void ltdetr(benchmark::State& state, std::int64_t step) {
  Value args;
  for (const char* key : {"mosaic",
                          "photometric_distort",
                          "random_zoom_out",
                          "random_iou_crop",
                          "mixup",
                          "copyblend"}) {
    args[key] = Value{{"step_start", 1000}, {"step_stop", nullptr}};
  }
  const ResolvedTransforms resolved =
      resolve_transforms(ltdetr_transform_family(LtdetrGeneration::kDinov3Vit, {}),
                         args,
                         {.default_image_size = {640, 640}, .run = {90000, 1000, 1}});
  make_batches(state, TrainTransform(resolved.train), true, step);
}

void validation(benchmark::State& state) {
  const std::string path = image_path();
  const ValidationTransform transform(resolved({}).validation);
  const std::vector<std::int64_t> indices = {0};
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(transform.make_batch(indices, [&](std::int64_t) {
      return SampleInput{read_image(path), annotations(), path};
    }));
  }
}

BENCHMARK(training)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ltdetr, plain, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ltdetr, strong, 1000)->Unit(benchmark::kMillisecond);
BENCHMARK(decode)->Unit(benchmark::kMillisecond);
BENCHMARK(photometric)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jitter_operation, brightness, {.brightness = 1.1})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jitter_operation, contrast, {.contrast = 1.1})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jitter_operation, saturation, {.saturation = 1.1})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jitter_operation, hue, {.hue = 0.04})->Unit(benchmark::kMillisecond);
BENCHMARK(geometry_and_resize)->Unit(benchmark::kMillisecond);
BENCHMARK(resize_alone)->Unit(benchmark::kMillisecond);
BENCHMARK(validation)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace saker

int main(int argc, char** argv) {
  if (saker::image_path().empty()) {
    std::fprintf(stderr, "set SAKER_BENCHMARK_IMAGE to an image file, best of 640x480 pixels\n");
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
