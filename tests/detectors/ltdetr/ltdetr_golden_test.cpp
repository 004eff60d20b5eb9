#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "detectors/ltdetr/model_golden.hpp"

namespace saker {
namespace {

class LtdetrGolden : public testing::TestWithParam<std::string> {};

TEST_P(LtdetrGolden, AgreesWithTheReference) { test::expect_golden_model(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Detectors,
                         LtdetrGolden,
                         testing::Values("dinov3-vitt16-ltdetr-coco.small",
                                         "dinov3-vitt16-ltdetr-coco.full",
                                         "dinov3-vitt16plus-ltdetr-coco.small",
                                         "dinov3-vits16-ltdetr-coco.small",
                                         "dinov2-vits14-noreg-ltdetr-coco.small",
                                         "dinov2-vits14-ltdetr.small",
                                         "dinov3-convnext-tiny-ltdetr-coco.small",
                                         "dinov3-convnext-small-ltdetr-coco.small",
                                         "dinov3-convnext-base-ltdetr-coco.small",
                                         "dinov3-convnext-large-ltdetr-coco.small",
                                         "ltdetrv2-s.small",
                                         "ltdetrv2-m.small",
                                         "ltdetrv2-l.small"),
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
