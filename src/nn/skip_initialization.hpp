// Modules whose values come from a file.
//
//   const SkipInitialization skip;
//   auto conv = torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 1536, 4));   // weight is not set
//
// LibTorch's layers fill their parameters with random numbers when they are made; for a network of
// a gigabyte that takes longer than reading it, and memory that is given back at once when the
// weights hand over theirs.
#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace saker {

// While it lives, LibTorch's uniform_ and normal_ do nothing on this thread. Values that are not
// set afterwards are arbitrary.
class SkipInitialization {
 public:
  SkipInitialization();

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace saker
