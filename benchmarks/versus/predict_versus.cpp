// Times Model::predict on one file, from path to detections: MODEL IMAGE [PRECISION].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "saker/saker.hpp"

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return 2;
  constexpr int kRuns = 60;
  constexpr int kWarmUp = 10;
  const saker::Model model = saker::load_model(argv[1], {.precision = argc == 4 ? argv[3] : "fp32"});
  std::vector<double> seconds;
  for (int i = 0; i < kRuns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const saker::Detections found = model.predict(argv[2]);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  seconds.erase(seconds.begin(), seconds.begin() + kWarmUp);
  std::sort(seconds.begin(), seconds.end());
  std::printf("MEDIAN %.6f\n", seconds[seconds.size() / 2]);
  return 0;
}
