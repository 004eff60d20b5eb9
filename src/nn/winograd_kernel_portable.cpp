#include "nn/winograd_loops.hpp"

namespace saker {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
};

}  // namespace

const WinogradKernel kWinogradPortable = make_winograd_kernel<Portable>();

}  // namespace saker
