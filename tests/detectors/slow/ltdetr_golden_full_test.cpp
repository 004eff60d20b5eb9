// The detectors at their own image sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "detectors/ltdetr/model_golden.hpp"

namespace saker {
namespace {

class LtdetrGoldenFull : public testing::TestWithParam<std::string> {};

TEST_P(LtdetrGoldenFull, AgreesWithTheReference) {
  test::expect_golden_model(GetParam() + ".full");
}

INSTANTIATE_TEST_SUITE_P(Detectors,
                         LtdetrGoldenFull,
                         testing::Values("dinov3-vitt16plus-ltdetr-coco",
                                         "dinov3-vits16-ltdetr-coco",
                                         "dinov2-vits14-noreg-ltdetr-coco",
                                         "dinov2-vits14-ltdetr",
                                         "dinov3-convnext-tiny-ltdetr-coco",
                                         "dinov3-convnext-small-ltdetr-coco",
                                         "dinov3-convnext-base-ltdetr-coco",
                                         "dinov3-convnext-large-ltdetr-coco",
                                         "ltdetrv2-s",
                                         "ltdetrv2-m",
                                         "ltdetrv2-l"),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::replace_if(
                               text.begin(),
                               text.end(),
                               [](char c) { return !std::isalnum(c); },
                               '_');
                           return text;
                         });

}  // namespace
}  // namespace saker
