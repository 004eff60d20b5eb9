#include "detectors/backbone_file.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/torch_bridge.hpp"

namespace saker {
namespace {

PickleDict weights_of(float value) {
  PickleDict dict;
  dict.set("conv1.weight", to_stored(torch::full({2, 3}, value)));
  dict.set("epoch", 3);
  return dict;
}

TEST(BackboneFile, ReadsPlainAndWrappedDicts) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "plain.pt", weights_of(1));
  for (const char* key : {"state_dict", "model", "model_state_dict", "student"}) {
    PickleDict file;
    file.set("args", "text");
    file.set(key, weights_of(2));
    write_checkpoint(folder / (std::string(key) + ".pt"), file);
    const StateDict weights = read_backbone_file(folder / (std::string(key) + ".pt"));
    ASSERT_EQ(weights.size(), 1U) << key;
    ASSERT_TRUE(weights.contains("conv1.weight")) << key;
    EXPECT_TRUE(torch::equal(*weights.find("conv1.weight"), torch::full({2, 3}, 2.0F))) << key;
  }
  const StateDict plain = read_backbone_file(folder / "plain.pt");
  ASSERT_EQ(plain.size(), 1U);
  ASSERT_TRUE(plain.contains("conv1.weight"));
  EXPECT_TRUE(torch::equal(*plain.find("conv1.weight"), torch::full({2, 3}, 1.0F)));
}

TEST(BackboneFile, AFileWithoutWeightsIsAnError) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "empty.pt", PickleDict{});
  try {
    read_backbone_file(folder / "empty.pt");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
  }
  EXPECT_THROW(read_backbone_file(folder / "none.pt"), Error);
}

}  // namespace
}  // namespace saker
