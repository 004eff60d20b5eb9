// The demo, as a user runs it.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>

#include "../program.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(Demo, LtdetrLearnsEightScenesByHeart) {
  const test::TemporaryFolder folder;
  const std::filesystem::path out = folder / "demo";
  const auto result =
      test::run_program({"demo", "--model", "dinov3/vitt16-ltdetr", "--out", out.string()});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  std::smatch found;
  ASSERT_TRUE(std::regex_search(
      result.output, found, std::regex(R"(mAP ([0-9.]+), mAP50 ([0-9.]+) on .*, 8 images)")))
      << result.output;
  EXPECT_GE(std::stod(found[2]), 0.9) << result.output;
  std::size_t pictures = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out / "predictions"))
    pictures += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(pictures, 8U);
}

}  // namespace
}  // namespace saker
