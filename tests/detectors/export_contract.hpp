// The golden files of exported models: what their outputs are for weights of the fill rule.
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "detectors/detector.hpp"

namespace saker::test {

// What <name>.contract.json says.
struct ExportContract {
  DetectorSpec spec;  // model name, image size, and classes as in the exported file's metadata
  nlohmann::ordered_json inputs, outputs;  // lists of {name, dtype, shape}
  torch::Tensor images;                    // [2, 3, H, W], as the network takes them
};

ExportContract read_export_contract(const std::filesystem::path& path);

// Input and outputs are those of the contract: names, types, and sizes except the batch's.
void expect_contract(const ExportContract& contract,
                     const Detector& detector,
                     const std::map<std::string, torch::Tensor>& outputs);

}  // namespace saker::test
