// Exported models that take long.
#include <gtest/gtest.h>

#include "detectors/ltdetr/export_golden.hpp"

namespace saker {
namespace {

TEST(LtdetrExportGolden, Vits14WithoutRegistersAgreesWithTheReference) {
  test::expect_golden_export("vits14-noreg", {.logits = 2e-4, .boxes = 2e-5});
}

TEST(LtdetrExportGolden, ConvnextTinyAgreesWithTheReference) {
  test::expect_golden_export("convnext-tiny", {.logits = 1e-3, .boxes = 1e-4});
}

}  // namespace
}  // namespace saker
