#include "detectors/ltdetr/query_selection.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <tuple>

#include "nn/default_initialization.hpp"

namespace saker {
namespace {

constexpr std::int64_t kWidth = 8, kSelectedClasses = 3;

// Selections of different sizes have the same weights.
struct Selection {
  explicit Selection(std::int64_t queries) : select(owner, kWidth, kSelectedClasses, queries) {
    initialize_by_default(owner, 1, "");
  }
  torch::nn::Module owner;
  QuerySelection select;
};

TEST(QuerySelection, TakesTheBestTokensInOrder) {
  torch::manual_seed(1);
  const TokenMemory memory{.tokens = torch::randn({2, 21, kWidth}),
                           .sizes_hw = {{4, 4}, {2, 2}, {1, 1}}};
  const SelectedQueries some = Selection(5).select(memory);
  const SelectedQueries all = Selection(21).select(memory);
  const torch::Tensor best = std::get<0>(all.logits.max(2));  // [B, 21]
  EXPECT_TRUE((best.narrow(1, 0, 20) >= best.narrow(1, 1, 20)).all().item<bool>());
  EXPECT_TRUE(torch::equal(std::get<0>(all.index.sort(1)), torch::arange(21).expand({2, 21})));
  const auto expect_first_rows = [](const torch::Tensor& actual, const torch::Tensor& of) {
    EXPECT_TRUE(torch::allclose(actual, of.narrow(1, 0, 5), 1e-5, 1e-6));
  };
  EXPECT_TRUE(torch::equal(some.index, all.index.narrow(1, 0, 5)));
  expect_first_rows(some.logits, all.logits);
  expect_first_rows(some.content, all.content);
  expect_first_rows(some.reference_logits, all.reference_logits);
}

TEST(QuerySelection, TokensWithoutAnAnchorHaveAnEmptyContentAndABoxOfTheWholeImage) {
  torch::manual_seed(2);
  // The first and the last of 60 columns lie too near to the border.
  TokenMemory memory{.tokens = torch::randn({1, 60, kWidth}), .sizes_hw = {{1, 60}}};
  Selection selection(60);
  const SelectedQueries selected = selection.select(memory);
  memory.tokens = memory.tokens.clone();
  memory.tokens.select(1, 0).fill_(100);
  const SelectedQueries again = selection.select(memory);
  EXPECT_TRUE(torch::equal(selected.logits, again.logits));
  std::int64_t found = 0;
  for (std::int64_t q = 0; q < 60; ++q) {
    const auto token = selected.index[0][q].item<std::int64_t>();
    const bool invalid = token == 0 || token == 59;
    EXPECT_EQ(selected.reference_logits[0][q].isposinf().all().item<bool>(), invalid) << token;
    found += invalid;
  }
  EXPECT_EQ(found, 2);
}

TEST(QuerySelection, TheFoldedFormSelectsTheSame) {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  const TokenMemory memory{.tokens = torch::randn({2, 21, kWidth}),
                           .sizes_hw = {{4, 4}, {2, 2}, {1, 1}}};
  Selection selection(5);
  const SelectedQueries expected = selection.select(memory);
  selection.select.fold();
  const SelectedQueries actual = selection.select(memory);
  EXPECT_TRUE(torch::equal(actual.index, expected.index));
  EXPECT_TRUE(torch::allclose(actual.content, expected.content, 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(actual.reference_logits, expected.reference_logits, 1e-5, 1e-5));
}

}  // namespace
}  // namespace saker
