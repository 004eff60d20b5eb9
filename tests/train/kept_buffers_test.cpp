#include "train/kept_buffers.hpp"

#include <gtest/gtest.h>

#include "toy_detector.hpp"

namespace saker {
namespace {

TEST(KeptBuffers, ComeBackAsTheyWere) {
  test::ToyDetector model;
  KeptBuffers buffers(model);
  model.norm->running_mean.fill_(3);
  model.norm->num_batches_tracked.fill_(7);
  buffers.keep();
  model.norm->running_mean.fill_(4);
  model.norm->num_batches_tracked.add_(1);
  buffers.put_back();
  EXPECT_EQ(model.norm->running_mean[0].item<float>(), 3);
  EXPECT_EQ(model.norm->num_batches_tracked.item<std::int64_t>(), 7);
}

}  // namespace
}  // namespace saker
