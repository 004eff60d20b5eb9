// A scope in which nothing is computed in lower precision.
#pragma once

#include <ATen/autocast_mode.h>

#include <array>
#include <cstddef>

namespace saker {

// Switches autocast off, on the CPU and on CUDA devices, until it goes out of scope. Tensors that
// come from outside are converted by the caller.
//
//   const Float32Island island;
//   const torch::Tensor delta = head->forward(x.to(torch::kFloat32));
class Float32Island {
 public:
  Float32Island() {
    for (std::size_t i = 0; i < kDevices.size(); ++i) {
      was_enabled_[i] = at::autocast::is_autocast_enabled(kDevices[i]);
      if (was_enabled_[i]) at::autocast::set_autocast_enabled(kDevices[i], false);
    }
  }
  ~Float32Island() {
    for (std::size_t i = 0; i < kDevices.size(); ++i) {
      if (was_enabled_[i]) at::autocast::set_autocast_enabled(kDevices[i], true);
    }
  }
  Float32Island(const Float32Island&) = delete;
  Float32Island& operator=(const Float32Island&) = delete;

 private:
  static constexpr std::array<at::DeviceType, 2> kDevices = {at::kCPU, at::kCUDA};
  std::array<bool, 2> was_enabled_ = {};
};

}  // namespace saker
