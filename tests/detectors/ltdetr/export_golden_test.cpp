#include "detectors/ltdetr/export_golden.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(LtdetrExportGolden, Vitt16AgreesWithTheReference) {
  test::expect_golden_export("vitt16", {.logits = 2e-4, .boxes = 2e-5});
}

}  // namespace
}  // namespace saker
