// How many floating-point operations LibTorch's matrix products, convolutions and attention do.
#pragma once

#include <ATen/record_function.h>

namespace saker {

// Counts from its construction on, forward and backward passes of all threads. One at a time.
class OperationCount {
 public:
  OperationCount();
  OperationCount(const OperationCount&) = delete;
  OperationCount& operator=(const OperationCount&) = delete;
  ~OperationCount();

  // Additions and multiplications so far.
  static double operations();

 private:
  at::CallbackHandle handle_;
};

}  // namespace saker
