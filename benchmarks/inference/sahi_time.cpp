// Seconds of Model::predict_sahi on one image, from path to detections: MODEL IMAGE BATCH RUNS.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "saker/saker.hpp"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const saker::Model model = saker::load_model(argv[1]);
  const saker::SahiArgs args{.batch_size = std::atoll(argv[3])};
  for (int run = 0; run <= std::atoi(argv[4]); ++run) {
    const auto begin = std::chrono::steady_clock::now();
    const saker::Detections found = model.predict_sahi(argv[2], args);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (run > 0) std::printf("%.4f s, %zu found\n", seconds.count(), found.size());
  }
  return 0;
}
