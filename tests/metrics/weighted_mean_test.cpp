#include "metrics/weighted_mean.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "golden.hpp"

namespace saker {
namespace {

TEST(WeightedMean, WeighsUpdates) {
  WeightedMean mean;
  EXPECT_TRUE(mean.empty());
  EXPECT_TRUE(mean.values().empty());
  mean.update({{"a", 1.0}, {"b", 5.0}}, 1);
  mean.update({{"a", 4.0}}, 2);
  EXPECT_EQ(mean.values(), (NamedValues{{"a", 3.0}, {"b", 5.0}}));
  mean.reset();
  EXPECT_TRUE(mean.empty());
}

TEST(WeightedMean, TheWindowForgets) {
  WeightedMean mean(2);
  mean.update({{"a", 1e9}}, 1);
  mean.update({{"a", 1.0}}, 1);
  mean.update({{"a", 2.0}}, 3);
  EXPECT_EQ(mean.values(), (NamedValues{{"a", 1.75}}));
}

TEST(WeightedMean, NoWeightIsNoNumber) {
  WeightedMean mean;
  mean.update({{"a", 1.0}}, 0);
  EXPECT_TRUE(std::isnan(mean.values()[0].second));
}

TEST(WeightedMean, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "metrics/loss_average.json");
  for (const auto& entry : test::read_json(path)) {
    const auto& window = entry.at("window");
    WeightedMean mean(window.is_null() ? 0 : window.get<std::size_t>());
    const std::string total = entry.at("split").get<std::string>() + "_loss";
    for (std::size_t i = 0; i < entry.at("updates").size(); ++i) {
      const auto& update = entry.at("updates")[i];
      NamedValues values;
      for (const auto& [name, value] : update.at("values").items()) {
        values.emplace_back(name == "loss" ? total : total + "/" + name, value.get<double>());
      }
      mean.update(values, update.at("weight").get<double>());
      const auto& expected = entry.at("after_each_update")[i];
      ASSERT_EQ(mean.values().size(), expected.size());
      for (const auto& [name, value] : mean.values()) {
        const double reference = expected.at(name).get<double>();
        EXPECT_NEAR(value, reference, 1e-6 * reference) << name << " after update " << i;
      }
    }
  }
}

}  // namespace
}  // namespace saker
