// Comparison of tensors with a golden file's entries.
#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

#include "golden.hpp"

namespace saker::test {

// |actual - expected| <= absolute + relative * |expected|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

class GoldenTensors {
 public:
  // Reads <name>.safetensors and, if there is one, the <name>.json beside it.
  explicit GoldenTensors(const std::filesystem::path& safetensors_path);

  const nlohmann::ordered_json& info() const { return info_; }
  bool holds(const std::string& key) const { return arrays_.contains(key); }
  // A tensor that is stored whole, in its shape.
  torch::Tensor full(const std::string& key) const;
  // The actual values at the places that are stored. A failure names key, index, value and
  // expectation.
  void expect_near(const std::string& key,
                   const torch::Tensor& actual,
                   const Tolerance& tolerance) const;

 private:
  nlohmann::ordered_json info_;
  std::map<std::string, Array> arrays_;
};

// The two tensors agree in shape and within the tolerance.
::testing::AssertionResult near(const torch::Tensor& actual,
                                const torch::Tensor& expected,
                                const Tolerance& tolerance);

}  // namespace saker::test
