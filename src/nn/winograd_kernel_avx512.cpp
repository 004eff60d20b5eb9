#include "nn/winograd_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
};

}  // namespace

const WinogradKernel kWinogradAvx512 = make_winograd_kernel<Avx512>();

}  // namespace saker
