#include "transforms/batch_resize.hpp"

#include <gtest/gtest.h>

#include "mixing_golden.hpp"

namespace saker {
namespace {

TEST(BatchResize, EqualsTheReferencesCollate) {
  SAKER_MIXING_GOLDEN(golden);
  SAKER_GOLDEN(path, "transforms/collate.safetensors");
  Batch batch = golden.batch();
  resize_batch(batch, {64, 32});
  EXPECT_EQ(batch.size, (ImageSize{64, 32}));
  EXPECT_LE(
      test::difference(batch.images, test::read_safetensors(path).at("image").as<float>()).largest,
      1e-5);
}

TEST(BatchResize, TheSameSizeChangesNothing) {
  SAKER_MIXING_GOLDEN(golden);
  Batch batch = golden.batch();
  resize_batch(batch, {32, 48});
  EXPECT_EQ(batch.images, golden.batch().images);
}

TEST(BatchResize, ARampStaysARamp) {
  Batch batch;
  batch.channels = 1;
  batch.size = {1, 4};
  batch.images = {0, 1, 2, 3, 10, 11, 12, 13};
  batch.annotations.resize(2);
  resize_batch(batch, {1, 8});
  EXPECT_EQ(batch.images,
            (std::vector<float>{0,
                                0.25F,
                                0.75F,
                                1.25F,
                                1.75F,
                                2.25F,
                                2.75F,
                                3,
                                10,
                                10.25F,
                                10.75F,
                                11.25F,
                                11.75F,
                                12.25F,
                                12.75F,
                                13}));
}

}  // namespace
}  // namespace saker
