// Prints what a model finds in an image: detect MODEL IMAGE [THRESHOLD]
#include <cstdio>
#include <cstdlib>
#include <saker/saker.hpp>

int main(int argc, char** argv) try {
  if (argc < 3) return std::fprintf(stderr, "usage: detect MODEL IMAGE [THRESHOLD]\n"), 2;
  const saker::Model model = saker::load_model(argv[1]);
  const double threshold = argc > 3 ? std::atof(argv[3]) : 0.6;
  const saker::Detections found = model.predict(argv[2], {.threshold = threshold});
  for (std::size_t i = 0; i < found.size(); ++i) {
    const saker::Box& box = found.bboxes[i];
    std::printf("class %lld, score %.3f, from (%.1f, %.1f) to (%.1f, %.1f)\n",
                static_cast<long long>(found.labels[i]),
                static_cast<double>(found.scores[i]),
                static_cast<double>(box.x1),
                static_cast<double>(box.y1),
                static_cast<double>(box.x2),
                static_cast<double>(box.y2));
  }
} catch (const saker::Error& error) {
  return std::fprintf(stderr, "detect: %s\n", error.what()), saker::exit_code(error.kind());
}
