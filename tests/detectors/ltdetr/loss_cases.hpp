// The golden files' cases for LTDETR's criteria.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "detectors/detector.hpp"
#include "detectors/ltdetr/criterion.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker::test {

struct LossCase {
  DecoderOutputs outputs;
  Targets targets;
  std::int64_t classes = 0;
  std::int64_t groups = 0;  // of denoising queries
  MeanOverProcesses mean_over_processes;
  std::map<std::string, torch::Tensor> leaves;  // that have gradients, by name

  // Terms of the loss, and gradients of their sum in the leaves.
  CriterionOutcome run(const LtdetrLossSettings& settings) const;
};

// info: of a case in loss_rtdetrv2.json or loss_dfine.json; prefix: "rt.main".
LossCase rtdetrv2_loss_case(const std::string& prefix, const nlohmann::ordered_json& info);
LossCase dfine_loss_case(const std::string& prefix, const nlohmann::ordered_json& info);

// Compares every term and every gradient.
void expect_golden_losses(const LossCase& loss_case,
                          const CriterionTerms& terms,
                          const nlohmann::ordered_json& info,
                          const std::map<std::string, torch::Tensor>& gradients,
                          double term_tolerance,
                          const Tolerance& gradient_tolerance);

}  // namespace saker::test
