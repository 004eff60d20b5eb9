// Whole detectors against golden outputs: maps, logits, boxes and detections.
#pragma once

#include <string>

namespace saker::test {

// name: of golden/ltdetr/model without the suffix, e.g.
// "dinov3-vitt16-ltdetr-coco.small". Reports failures through GoogleTest; skips when the file is
// not at hand.
void expect_golden_model(const std::string& name);

}  // namespace saker::test
