// Weights from one file format into another.
//
//   saker::convert_weights({.in = "exported_best.pt", .out = "exported_best.safetensors"});
//   auto model = saker::load_model("exported_best.safetensors");
//
// docs/convert.md tells what becomes of what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace saker {

struct ConvertArgs {
  std::string in = {};   // .pt, .pth, .ckpt or .safetensors; its content tells the format
  std::string out = {};  // the ending tells the format: .pt, .pth, .ckpt or .safetensors
  bool overwrite = false;
};

struct ConvertResult {
  std::int64_t tensors = 0;
  // What the format of `out` cannot hold, e.g. "train_dataloader (torch.utils.data.DataLoader)".
  std::vector<std::string> left_out = {};
};

// Written whole or not at all. Throws Error: usage when `out` is there (without overwrite) or has
// another ending; io; checkpoint when `in` is no file of weights.
ConvertResult convert_weights(const ConvertArgs& args);

}  // namespace saker
