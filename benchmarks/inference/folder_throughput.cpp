// How much of the network's own throughput prediction on a folder keeps: NAME BATCH IMAGE...
//
// The model has random weights, which cost as much as trained ones. In each round the network runs
// alone on an input that is there, then the images go from their files to detections; the ratio is
// the median over the rounds.
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "api/torch_backend.hpp"
#include "detectors/registry.hpp"
#include "inference/predict_files.hpp"

namespace saker {
namespace {

constexpr int kRounds = 7;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

TorchBackend random_model(const std::string& name) {
  const DetectorName known = find_detector(name);
  ClassNames classes;
  for (std::int64_t id = 0; id < 80; ++id) classes.emplace_back(id, "class " + std::to_string(id));
  const auto detector = make_detector(
      {.model_name = known.plain_name, .image_size = known.image_size, .classes = classes}, {}, 0);
  detector->deploy();
  return TorchBackend(detector);
}

double network_alone(TorchBackend& backend, std::size_t images, std::int64_t batch) {
  const std::vector<float> input(static_cast<std::size_t>(batch) *
                                 backend.model().input.value_count());
  std::size_t done = 0;
  const auto begin = Clock::now();
  for (; done < images; done += static_cast<std::size_t>(batch)) backend.run(input, batch);
  return static_cast<double>(done) / seconds_since(begin);
}

double folder(TorchBackend& backend, const std::vector<std::string>& paths, std::int64_t batch) {
  std::size_t readable = 0;
  const auto begin = Clock::now();
  predict_files(backend, paths, {.batch_size = batch}, [&](const FilePrediction& file) {
    if (file.error.empty()) ++readable;
  });
  return static_cast<double>(readable) / seconds_since(begin);
}

void measure(const std::string& name, std::int64_t batch, const std::vector<std::string>& paths) {
  TorchBackend backend = random_model(name);
  network_alone(backend, static_cast<std::size_t>(2 * batch), batch);
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double alone = network_alone(backend, paths.size(), batch);
    const double whole = folder(backend, paths, batch);
    ratios.push_back(whole / alone);
    std::printf("network alone %.2f images a second, folder %.2f, ratio %.3f\n",
                alone,
                whole,
                ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("MEDIAN %.3f (%.3f to %.3f)\n", ratios[kRounds / 2], ratios.front(), ratios.back());
}

}  // namespace
}  // namespace saker

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  saker::measure(argv[1], std::atoll(argv[2]), {argv + 3, argv + argc});
  return 0;
}
