// Golden vectors: outputs of the reference implementation for weights and inputs that names define.
//
// The full set is read from the folder that SAKER_GOLDEN_DIR names; without it the small set in
// tests/golden is used, and what is not there is skipped visibly.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace saker::test {

// The file of that name, e.g. "picodet/losses.json", or an empty path when neither set holds it.
std::filesystem::path golden_path(const std::string& name);

// A folder of real data (images, a data set) beside SAKER_GOLDEN_DIR: "formats", "bccd". Empty when
// absent.
std::filesystem::path data_path(const std::string& name);

// Numbers that are not finite become null.
nlohmann::ordered_json read_json(const std::filesystem::path& path);

// The tensors of a safetensors file, as plain buffers.
struct Array {
  std::string dtype;  // "F32", "F64", "I64", "I32", "U8", "BOOL"
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  std::int64_t numel() const;
  template <typename T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};
std::map<std::string, Array> read_safetensors(const std::filesystem::path& path);

}  // namespace saker::test

// Skips the current test, visibly, when a golden file is not at hand; otherwise defines `variable`
// as its path.
#define SAKER_GOLDEN(variable, name)                                       \
  const std::filesystem::path variable = ::saker::test::golden_path(name); \
  if (variable.empty())                                                    \
  GTEST_SKIP() << "golden file " << (name) << " is not here; set SAKER_GOLDEN_DIR"

#define SAKER_DATA(variable, name)                                       \
  const std::filesystem::path variable = ::saker::test::data_path(name); \
  if (variable.empty())                                                  \
  GTEST_SKIP() << "data folder " << (name) << " is not here; set SAKER_DATA_DIR"
