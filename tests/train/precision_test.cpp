#include "train/precision.hpp"

#include <gtest/gtest.h>

#include "train/autocast_scope.hpp"

namespace saker {
namespace {

TEST(Precision, WordsAndShortForms) {
  EXPECT_EQ(precision_of("32-true"), Precision::kFloat32);
  EXPECT_EQ(precision_of("32"), Precision::kFloat32);
  EXPECT_EQ(precision_of("bf16"), Precision::kBfloat16Mixed);
  EXPECT_EQ(precision_of("16"), Precision::kFloat16Mixed);
  EXPECT_FALSE(precision_of("fp32"));
  EXPECT_FALSE(precision_of("auto"));
  for (const std::string& word : precision_words())
    EXPECT_EQ(precision_of(to_string(*precision_of(word))), precision_of(word)) << word;
}

TEST(AutocastScope, CastsProductsWhileItLives) {
  const torch::Tensor a = torch::ones({2, 2});
  const auto type = [&] { return torch::mm(a, a).scalar_type(); };
  {
    const AutocastScope mixed(torch::kCPU, Precision::kBfloat16Mixed);
    EXPECT_EQ(type(), torch::kBFloat16);
    {
      const AutocastScope inner(torch::kCPU, Precision::kFloat16Mixed);
      EXPECT_EQ(type(), torch::kHalf);
    }
    EXPECT_EQ(type(), torch::kBFloat16);
  }
  EXPECT_EQ(type(), torch::kFloat);
  const AutocastScope plain(torch::kCPU, Precision::kFloat32);
  EXPECT_EQ(type(), torch::kFloat);
}

}  // namespace
}  // namespace saker
