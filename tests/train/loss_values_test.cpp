#include "train/loss_values.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(LossValues, BeginWithTheTotal) {
  const LossTerms losses{.total = torch::tensor(2.5F),
                         .logged = {{"loss_box", torch::tensor(0.5F)}}};
  EXPECT_EQ(loss_values(losses), (NamedValues{{"loss", 2.5}, {"loss_box", 0.5}}));
}

TEST(LossValues, OfPartsAddUpByName) {
  NamedValues sums;
  add_share(sums, {{"loss", 2}, {"loss_box", 1}}, 0.25);
  add_share(sums, {{"loss", 4}, {"loss_class", 1}}, 0.75);
  EXPECT_EQ(sums, (NamedValues{{"loss", 3.5}, {"loss_box", 0.25}, {"loss_class", 0.75}}));
}

}  // namespace
}  // namespace saker
