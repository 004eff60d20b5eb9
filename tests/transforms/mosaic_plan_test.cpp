#include "transforms/mosaic_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace saker {
namespace {

constexpr StepWindow kAlways = {};

// A run whose sample t is the image t, in batches of one size.
BatchHistory run(std::int64_t batch_size, std::uint64_t seed) {
  return [batch_size, seed](std::int64_t number) {
    ScheduledBatch batch{.key = {.seed = seed, .epoch = 0, .batch = number, .step = number}};
    for (std::int64_t i = 0; i < batch_size; ++i) batch.indices.push_back(number * batch_size + i);
    return batch;
  };
}

std::vector<std::optional<PlannedMosaic>> plan(const MosaicSettings& settings,
                                               const BatchHistory& history,
                                               std::int64_t number) {
  return plan_mosaics(settings, history(number), history);
}

TEST(MosaicPlan, TheFirstMosaicShowsOneImage) {
  const auto plans = plan({.prob = 1, .window = kAlways}, run(3, 1), 0);
  EXPECT_EQ(plans[0]->partners, (std::array<std::int64_t, 3>{0, 0, 0}));
  for (const std::int64_t partner : plans[1]->partners) EXPECT_LE(partner, 1);
}

TEST(MosaicPlan, AShareOfTheSamplesBecomeMosaics) {
  int mosaics = 0;
  constexpr int kBatches = 1000;
  const BatchHistory history = run(8, 1);
  for (std::int64_t number = 0; number < kBatches; ++number) {
    for (const auto& planned :
         plan_mosaics({.prob = 0.25, .window = kAlways}, history(number), history)) {
      mosaics += planned ? 1 : 0;
    }
  }
  EXPECT_NEAR(mosaics, 2000, 5 * std::sqrt(8000 * 0.25 * 0.75));
}

TEST(MosaicPlan, DoesNotDependOnHowTheRunIsCut) {
  const MosaicSettings settings = {.prob = 0.5, .max_cached_images = 7, .window = kAlways};
  const BatchHistory large = run(12, 5);
  const BatchHistory small = run(4, 5);
  const auto whole = plan(settings, large, 30);
  int mosaics = 0;
  for (std::int64_t part = 0; part < 3; ++part) {
    const auto some = plan(settings, small, 90 + part);
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& expected = whole[static_cast<std::size_t>(part) * 4 + i];
      ASSERT_EQ(some[i].has_value(), expected.has_value());
      if (!expected) continue;
      ++mosaics;
      EXPECT_EQ(some[i]->partners, expected->partners);
      RandomStream a = some[i]->draws, b = expected->draws;
      EXPECT_EQ(a.bits(), b.bits());
    }
  }
  EXPECT_GT(mosaics, 0);
}

TEST(MosaicPlan, PartnersAreEarlierMosaics) {
  const MosaicSettings settings = {.prob = 0.5, .window = kAlways};
  const BatchHistory history = run(8, 9);
  std::set<std::int64_t> entered;
  for (std::int64_t number = 0; number < 60; ++number) {
    const auto plans = plan(settings, history, number);
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (!plans[i]) continue;
      entered.insert(number * 8 + static_cast<std::int64_t>(i));
      for (const std::int64_t partner : plans[i]->partners)
        EXPECT_TRUE(entered.contains(partner)) << partner;
    }
  }
}

TEST(MosaicPlan, TheCacheBeginsEmptyAtItsWindow) {
  const MosaicSettings settings = {
      .prob = 1, .window = {.start = 20, .stop = std::optional<std::int64_t>(40)}};
  const BatchHistory history = run(2, 9);
  EXPECT_FALSE(plan(settings, history, 19)[0].has_value());
  EXPECT_EQ(plan(settings, history, 20)[0]->partners, (std::array<std::int64_t, 3>{40, 40, 40}));
  EXPECT_TRUE(plan(settings, history, 39)[0].has_value());
  EXPECT_FALSE(plan(settings, history, 40)[0].has_value());
}

TEST(MosaicPlan, WithoutRandomPopTheOldestLeaves) {
  const MosaicSettings settings = {
      .prob = 1, .max_cached_images = 5, .random_pop = false, .window = kAlways};
  const BatchHistory history = run(1, 3);
  std::map<std::int64_t, int> ages;
  constexpr int kMosaics = 2000;
  for (std::int64_t number = 100; number < 100 + kMosaics; ++number)
    ++ages[number - plan(settings, history, number)[0]->partners[0]];
  ASSERT_EQ(ages.size(), 5U);
  // Five standard deviations: exceeded by chance less than once in 300,000 ages.
  for (const auto& [age, count] : ages)
    EXPECT_NEAR(count, kMosaics / 5.0, 5 * std::sqrt(kMosaics * 0.2 * 0.8)) << age;
}

// A cache as workers keep it: one random entry, not the newest, leaves when there are too many.
class RealCache {
 public:
  RealCache(std::size_t capacity, RandomStream draws) : capacity_(capacity), draws_(draws) {}

  // Returns how many mosaics ago a randomly drawn partner entered.
  std::int64_t enter_and_draw_age() {
    entries_.push_back(number_++);
    if (entries_.size() > capacity_)
      entries_.erase(entries_.begin() + draw(static_cast<std::int64_t>(capacity_) - 1));
    return number_ - 1 -
           entries_[static_cast<std::size_t>(draw(static_cast<std::int64_t>(entries_.size()) - 1))];
  }

 private:
  std::int64_t draw(std::int64_t last) { return draws_.uniform_int(0, last); }

  std::size_t capacity_;
  RandomStream draws_;
  std::vector<std::int64_t> entries_;
  std::int64_t number_ = 0;
};

TEST(MosaicPlan, PartnersAreAsOldAsInARealCache) {
  constexpr std::int64_t kCapacity = 20;
  constexpr std::int64_t kApart = 100;  // mosaics, so that the draws hardly depend on one another
  constexpr int kDraws = 3000;
  const MosaicSettings settings = {.prob = 1, .max_cached_images = kCapacity, .window = kAlways};
  const BatchHistory history = run(1, 3);
  RealCache cache(kCapacity, RandomStream({.seed = 1, .purpose = "cache"}));
  std::vector<std::int64_t> own, real;
  for (std::int64_t number = 1; number <= kApart * kDraws; ++number) {
    const std::int64_t age = cache.enter_and_draw_age();
    if (number % kApart != 0) continue;
    real.push_back(age);
    own.push_back(number - plan(settings, history, number)[0]->partners[0]);
  }
  // The largest distance of the two distribution functions (Kolmogorov-Smirnov) exceeds
  // sqrt(ln(2 / 1e-6) / 2 * 2 / n) with a probability of at most 1e-6 when they are equal.
  std::ranges::sort(own);
  std::ranges::sort(real);
  double distance = 0;
  for (std::int64_t age = 0; age < 8 * kCapacity; ++age) {
    const auto below = [age](const std::vector<std::int64_t>& ages) {
      return static_cast<double>(std::ranges::upper_bound(ages, age) - ages.begin()) / kDraws;
    };
    distance = std::max(distance, std::abs(below(own) - below(real)));
  }
  EXPECT_LE(distance, std::sqrt(std::log(2 / 1e-6) / 2 * 2 / kDraws));
}

TEST(MosaicPlan, NoneLeavesBeforeTheCacheIsFull) {
  constexpr int kRuns = 4000;
  std::map<std::int64_t, int> partners;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    const auto plans =
        plan({.prob = 1, .max_cached_images = 10, .window = kAlways}, run(10, seed), 0);
    ++partners[plans[9]->partners[0]];
  }
  ASSERT_EQ(partners.size(), 10U);
  for (const auto& [image, count] : partners)
    EXPECT_NEAR(count, kRuns / 10.0, 5 * std::sqrt(kRuns * 0.1 * 0.9)) << image;
}

TEST(MosaicPlan, ACacheOfOneHoldsTheImageItself) {
  const BatchHistory history = run(4, 2);
  for (const bool random_pop : {true, false}) {
    const MosaicSettings settings = {
        .prob = 1, .max_cached_images = 1, .random_pop = random_pop, .window = kAlways};
    EXPECT_EQ(plan(settings, history, 5)[2]->partners, (std::array<std::int64_t, 3>{22, 22, 22}));
  }
}

}  // namespace
}  // namespace saker
