#include "nn/winograd_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
};

}  // namespace

const WinogradKernel kWinogradAvx2 = make_winograd_kernel<Avx2>();

}  // namespace saker
