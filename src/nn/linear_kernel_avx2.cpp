#include "nn/linear_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 6;
  static constexpr int kTileVectors = 2;
  static constexpr std::int64_t kDepth = 384;
};

}  // namespace

const LinearKernel kLinearAvx2 = make_linear_kernel<Avx2>();

}  // namespace saker
