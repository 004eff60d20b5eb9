#include "detectors/export_contract.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "tensors/fill_module.hpp"

namespace saker::test {
namespace {

using Json = nlohmann::ordered_json;

// Values of cells x cells, each one repeated over cell x cell pixels.
torch::Tensor images_of(const Json& input, ImageSize size) {
  const std::int64_t cell = input.at("cell");
  const torch::Tensor cells = uniform_tensor(input.at("name"),
                                             {2, 3, size.height / cell, size.width / cell},
                                             input.at("lo"),
                                             input.at("hi"));
  return cells.repeat_interleave(cell, 2).repeat_interleave(cell, 3).contiguous();
}

Json without_batch(const Json& shape) { return Json(shape.begin() + 1, shape.end()); }

}  // namespace

ExportContract read_export_contract(const std::filesystem::path& path) {
  const Json contract = read_json(path);
  ExportContract result;
  result.spec.model_name = contract.at("model");
  result.spec.image_size = {contract.at("image_size").at(0), contract.at("image_size").at(1)};
  const Json classes = Json::parse(contract.at("metadata").at("classes").get<std::string>());
  for (const auto& [id, name] : classes.items())
    result.spec.classes.emplace_back(std::stoll(id), name.get<std::string>());
  result.inputs = contract.at("inputs");
  result.outputs = contract.at("outputs");
  result.images = images_of(contract.at("input"), result.spec.image_size);
  return result;
}

void expect_contract(const ExportContract& contract,
                     const Detector& detector,
                     const std::map<std::string, torch::Tensor>& outputs) {
  ASSERT_EQ(contract.inputs.size(), 1U);
  const Json& input = contract.inputs.at(0);
  EXPECT_EQ(input.at("name"), "images");
  EXPECT_EQ(input.at("dtype"), "FLOAT");
  const DetectorSpec& spec = detector.spec();
  EXPECT_EQ(without_batch(input.at("shape")),
            Json({detector.input_channels(), spec.image_size.height, spec.image_size.width}));

  const std::map<std::string, torch::ScalarType> types = {{"FLOAT", torch::kFloat32},
                                                          {"INT64", torch::kInt64}};
  ASSERT_EQ(contract.outputs.size(), outputs.size());
  for (const Json& output : contract.outputs) {
    const std::string name = output.at("name");
    SCOPED_TRACE(name);
    ASSERT_TRUE(outputs.contains(name));
    const torch::Tensor& tensor = outputs.at(name);
    EXPECT_EQ(tensor.scalar_type(), types.at(output.at("dtype")));
    ASSERT_EQ(tensor.size(0), contract.images.size(0));
    EXPECT_EQ(Json(tensor.sizes().slice(1).vec()), without_batch(output.at("shape")));
  }
}

}  // namespace saker::test
