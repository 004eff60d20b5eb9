#include "nn/linear_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr int kTileRows = 12;
  static constexpr int kTileVectors = 2;
  static constexpr std::int64_t kDepth = 256;
};

}  // namespace

const LinearKernel kLinearAvx512 = make_linear_kernel<Avx512>();

}  // namespace saker
