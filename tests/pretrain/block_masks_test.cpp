#include "pretrain/block_masks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/random_stream.hpp"
#include "fill.hpp"
#include "golden.hpp"

namespace saker {
namespace {

// Draws of a name, counted.
class NamedDraws {
 public:
  explicit NamedDraws(const std::string& name) : values_(test::unit(name, 4096)) {}
  UnitDraws draws() {
    return [this] { return values_.at(used_++); };
  }
  std::size_t used() const { return used_; }

 private:
  std::vector<double> values_;
  std::size_t used_ = 0;
};

template <typename T, typename Values>
void expect_equal(const test::Array& expected, const Values& actual, const std::string& what) {
  const auto values = expected.as<T>();
  ASSERT_EQ(values.size(), actual.size()) << what;
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], actual[i]) << what << i;
}

TEST(BlockMasks, MasksOfTheReference) {
  SAKER_GOLDEN(json, "pretrain/masks.json");
  SAKER_GOLDEN(tensors, "pretrain/masks.safetensors");
  const auto info = test::read_json(json);
  const auto arrays = test::read_safetensors(tensors);
  for (const auto& one : info.at("single")) {
    const std::string name = one.at("tensor");
    NamedDraws draws(one.at("stream"));
    const auto mask = draw_block_mask(one.at("h"), one.at("w"), one.at("target"), draws.draws());
    expect_equal<std::uint8_t>(arrays.at(name), mask, name);
    EXPECT_EQ(draws.used(), one.at("draws").get<std::size_t>()) << name;
  }
}

TEST(BlockMasks, BatchesOfTheReference) {
  SAKER_GOLDEN(json, "pretrain/masks.json");
  SAKER_GOLDEN(tensors, "pretrain/masks.safetensors");
  const auto info = test::read_json(json);
  const auto arrays = test::read_safetensors(tensors);
  for (const auto& one : info.at("collated")) {
    const std::string name = one.at("tensor");
    NamedDraws draws(one.at("stream"));
    const std::int64_t crops = one.at("n_crops");
    const double masked = one.at("n_masked");
    const BatchMasks batch = draw_batch_masks(crops,
                                              one.at("h"),
                                              one.at("w"),
                                              {.probability = masked / static_cast<double>(crops),
                                               .ratio_min = one.at("mask_ratio")[0],
                                               .ratio_max = one.at("mask_ratio")[1]},
                                              draws.draws());
    expect_equal<std::uint8_t>(arrays.at(name + ".masks"), batch.masked, name);
    expect_equal<std::int64_t>(arrays.at(name + ".indices"), batch.indices, name);
    expect_equal<float>(arrays.at(name + ".weights"), batch.weights, name);
    EXPECT_EQ(draws.used(), one.at("draws").get<std::size_t>()) << name;
  }
}

// With draws of our own.
TEST(BlockMasks, DistributionOfTheReference) {
  SAKER_GOLDEN(json, "pretrain/masks.json");
  SAKER_GOLDEN(tensors, "pretrain/masks.safetensors");
  const auto info = test::read_json(json);
  const auto arrays = test::read_safetensors(tensors);
  for (const auto& one : info.at("statistics")) {
    if (!one.contains("target")) continue;
    const std::int64_t h = one.at("h"), w = one.at("w"), target = one.at("target");
    const std::int64_t samples = one.at("samples");
    const bool many = samples >= 10000;
    RandomStream stream({.seed = 5, .purpose = "mask statistics"});
    std::vector<double> frequency(static_cast<std::size_t>(h * w), 0);
    double patches = 0, at_target = 0;
    for (std::int64_t i = 0; i < samples; ++i) {
      const auto mask = draw_block_mask(h, w, target, [&] { return stream.uniform(); });
      std::int64_t count = 0;
      for (std::size_t cell = 0; cell < mask.size(); ++cell) {
        count += mask[cell];
        frequency[cell] += static_cast<double>(mask[cell]) / static_cast<double>(samples);
      }
      patches += static_cast<double>(count) / static_cast<double>(samples);
      at_target += static_cast<double>(count == target) / static_cast<double>(samples);
    }
    EXPECT_NEAR(patches, one.at("count_mean").get<double>(), many ? 0.03 : 0.08);
    EXPECT_NEAR(at_target, one.at("fraction_exactly_target").get<double>(), many ? 0.02 : 0.06);
    const std::string key =
        "freq." + std::to_string(h) + "x" + std::to_string(w) + "." + std::to_string(target);
    if (!arrays.contains(key)) continue;
    const auto expected = arrays.at(key).as<float>();
    for (std::size_t cell = 0; cell < frequency.size(); ++cell)
      EXPECT_NEAR(frequency[cell], expected[cell], 0.03) << key << " cell " << cell;
  }
}

TEST(BlockMasks, BatchesHaveTheReferencesShares) {
  SAKER_GOLDEN(json, "pretrain/masks.json");
  const auto info = test::read_json(json);
  for (const auto& one : info.at("statistics")) {
    if (!one.contains("collated")) continue;
    RandomStream stream({.seed = 6, .purpose = "batch statistics"});
    const int batches = one.at("batches");
    const double masked_crops = one.at("n_masked");
    double count = 0;
    for (int i = 0; i < batches; ++i) {
      const BatchMasks batch = draw_batch_masks(
          one.at("n_crops"), one.at("h"), one.at("w"), {}, [&] { return stream.uniform(); });
      count += static_cast<double>(batch.indices.size()) / masked_crops / batches;
    }
    EXPECT_NEAR(count, one.at("mean_count_masked_crops").get<double>(), 1.5);
  }
}

TEST(BlockMasks, HalfOfTheCropsAreMaskedAndNoneWithoutProbability) {
  RandomStream stream({.seed = 1, .purpose = "masks"});
  const UnitDraws draws = [&] { return stream.uniform(); };
  const BatchMasks batch = draw_batch_masks(16, 16, 16, {}, draws);
  std::int64_t masked_crops = 0;
  for (std::size_t crop = 0; crop < 16; ++crop) {
    const auto begin = batch.masked.begin() + static_cast<std::ptrdiff_t>(crop * 256);
    masked_crops += std::any_of(begin, begin + 256, [](auto masked) { return masked != 0; });
  }
  EXPECT_EQ(masked_crops, 8);
  EXPECT_NEAR(std::accumulate(batch.weights.begin(), batch.weights.end(), 0.0), 8, 1e-4);
  EXPECT_TRUE(draw_batch_masks(4, 16, 16, {.probability = 0}, draws).indices.empty());
}

}  // namespace
}  // namespace saker
