// The encoder's and decoder's part of the published state dicts: names, shapes, types, kinds,
// order.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "detectors/ltdetr/decoder.hpp"
#include "detectors/ltdetr/golden_configs.hpp"
#include "detectors/ltdetr/hybrid_encoder.hpp"
#include "golden.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

// "name [2, 3] float32 parameter", and " = other" for a second name of a tensor.
std::vector<std::string> lines_of(const torch::nn::Module& module, const std::string& prefix) {
  std::vector<std::string> lines;
  std::vector<std::pair<torch::Tensor, std::string>> seen;
  for (const auto& [name, tensor] : collect_state_dict(module)) {
    std::string line = prefix + name + " [";
    for (std::int64_t i = 0; i < tensor.dim(); ++i)
      line += (i == 0 ? "" : ", ") + std::to_string(tensor.size(i));
    line += tensor.scalar_type() == torch::kInt64 ? "] int64 " : "] float32 ";
    line += module.named_parameters().contains(name) ? "parameter" : "buffer";
    for (const auto& [other, other_name] : seen) {
      if (other.data_ptr() == tensor.data_ptr()) line += " = " + other_name;
    }
    seen.emplace_back(tensor, prefix + name);
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> lines_of(const nlohmann::ordered_json& manifest,
                                  const std::string& prefix) {
  std::vector<std::string> lines;
  for (const auto& row : manifest.at("state_dict")) {
    const auto name = row[0].get<std::string>();
    if (!name.starts_with(prefix)) continue;
    std::string line = name + " [";
    for (std::size_t i = 0; i < row[1].size(); ++i)
      line += (i == 0 ? "" : ", ") + std::to_string(row[1][i].get<std::int64_t>());
    line += "] " + row[2].get<std::string>() + " " + row[3].get<std::string>();
    if (row.size() > 4) line += " = " + row[4].get<std::string>();
    lines.push_back(line);
  }
  return lines;
}

struct Model {
  const char* manifest;
  const char* encoder;
  const char* decoder;
};

class LtdetrManifest : public ::testing::TestWithParam<Model> {};

TEST_P(LtdetrManifest, EqualsThePublishedKeys) {
  SAKER_GOLDEN(path, std::string("ltdetr/manifest/") + GetParam().manifest + ".json");
  const nlohmann::ordered_json manifest = test::read_json(path);
  const HybridEncoder encoder(test::golden_encoder_config(GetParam().encoder), std::nullopt);
  EXPECT_EQ(lines_of(encoder, "encoder."), lines_of(manifest, "encoder."));
  const auto decoder = make_decoder(test::golden_decoder_config(GetParam().decoder),
                                    manifest.at("classes").get<std::int64_t>(),
                                    std::nullopt);
  EXPECT_EQ(lines_of(*decoder, "decoder."), lines_of(manifest, "decoder."));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    LtdetrManifest,
    ::testing::Values(Model{"dinov3-vitt16-ltdetr-coco", "vitt16", "rtdetrv2-vitt16"},
                      Model{"dinov2-vits14-noreg-ltdetr-coco", "vits14-noreg", "rtdetrv2-noreg"},
                      Model{"ltdetrv2-s", "vitt16", "dfine-vitt"}),
    [](const auto& tested) {
      std::string name = tested.param.manifest;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace saker
