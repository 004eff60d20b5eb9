#include "tensors/golden_tensors.hpp"

#include <cstring>
#include <vector>

namespace saker::test {
namespace {

torch::Tensor to_tensor(const Array& array) {
  const std::map<std::string, torch::ScalarType> types = {{"F32", torch::kFloat32},
                                                          {"F64", torch::kFloat64},
                                                          {"I64", torch::kInt64},
                                                          {"I32", torch::kInt32},
                                                          {"U8", torch::kUInt8},
                                                          {"BOOL", torch::kBool}};
  torch::Tensor tensor = torch::empty(array.shape, types.at(array.dtype));
  std::memcpy(tensor.data_ptr(), array.bytes.data(), array.bytes.size());
  return tensor;
}

}  // namespace

GoldenTensors::GoldenTensors(const std::filesystem::path& safetensors_path)
    : arrays_(read_safetensors(safetensors_path)) {
  const auto json = std::filesystem::path(safetensors_path).replace_extension(".json");
  if (std::filesystem::exists(json)) info_ = read_json(json);
}

torch::Tensor GoldenTensors::full(const std::string& key) const {
  return to_tensor(arrays_.at(key));
}

void GoldenTensors::expect_near(const std::string& key,
                                const torch::Tensor& actual,
                                const Tolerance& tolerance) const {
  const auto& entry = info_.at("tensors").at(key);
  ASSERT_EQ(actual.sizes().vec(), entry.at("shape").get<std::vector<std::int64_t>>()) << key;
  torch::Tensor values = actual.detach().contiguous().flatten();
  if (entry.contains("stride"))
    values = values.slice(0, 0, values.size(0), entry.at("stride").get<std::int64_t>());
  EXPECT_TRUE(near(values, full(key).flatten(), tolerance)) << key;
}

::testing::AssertionResult near(const torch::Tensor& actual,
                                const torch::Tensor& expected,
                                const Tolerance& tolerance) {
  if (actual.sizes() != expected.sizes()) {
    return ::testing::AssertionFailure()
           << "shape " << actual.sizes() << ", expected " << expected.sizes();
  }
  if (actual.numel() == 0) return ::testing::AssertionSuccess();
  const torch::Tensor a = actual.detach().to(torch::kFloat64).flatten();
  const torch::Tensor e = expected.to(torch::kFloat64).flatten();
  const torch::Tensor excess = (a - e).abs() - (e.abs() * tolerance.relative + tolerance.absolute);
  const auto worst = excess.argmax().item<std::int64_t>();
  // Written so that a value that is not a number fails.
  if (excess.le(0).all().item<bool>()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "element " << worst << " is " << a[worst].item<double>() << ", expected "
         << e[worst].item<double>() << " within " << tolerance.absolute << " + "
         << tolerance.relative << " * |expected|";
}

}  // namespace saker::test
