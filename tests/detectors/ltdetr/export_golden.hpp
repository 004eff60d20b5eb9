// LTDETR beside the golden files of exported models.
#pragma once

#include <string>

namespace saker::test {

struct ExportTolerance {
  double logits = 0, boxes = 0;
};

// Both forms of the detector, the one that is stored and the deployed one, give the outputs that
// export/<name>.safetensors holds.
void expect_golden_export(const std::string& name, const ExportTolerance& tolerance);

}  // namespace saker::test
