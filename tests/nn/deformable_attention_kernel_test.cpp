#include "nn/deformable_attention_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fill.hpp"

namespace saker {
namespace {

// Each level of the processor against the portable one, for channel counts that leave every kind of
// rest.
TEST(DeformableAttentionKernel, AllProcessorLevelsAgree) {
  const std::vector<SampledLevel> levels = {
      {.height = 5, .width = 4, .first_token = 0, .points = 3},
      {.height = 2, .width = 3, .first_token = 20, .points = 17}};
  constexpr std::int64_t kPoints = 20, kTokens = 26;
  const std::vector<float> locations = test::uniform("locations", kPoints * 2, -0.3, 1.3);
  const std::vector<float> weights = test::uniform("weights", kPoints, -1, 1);
  for (const std::int64_t channels : {1, 2, 7, 8, 16, 24, 31, 64, 75}) {
    const std::int64_t stride = channels + 3;
    const std::vector<float> values = test::uniform("values", kTokens * stride, -1, 1);
    const std::vector<float> gradient = test::uniform("gradient", channels, -1, 1);
    const auto run = [&](ProcessorLevel level) {
      const DeformableAttentionKernel& kernel = deformable_attention_kernel(level);
      const SampledTokens tokens{.data = values.data(), .stride = stride, .channels = channels};
      // Output, coverage, then the three gradients.
      std::vector<float> results(
          static_cast<std::size_t>(channels + 1 + kTokens * stride + kPoints * 3));
      float* const output = results.data();
      float* const to_value = output + channels + 1;
      float* const to_locations = to_value + kTokens * stride;
      kernel.forward(
          tokens, levels.data(), 2, locations.data(), weights.data(), output, output + channels);
      kernel.backward(tokens,
                      levels.data(),
                      2,
                      locations.data(),
                      weights.data(),
                      gradient.data(),
                      to_value,
                      to_locations,
                      to_locations + kPoints * 2);
      return results;
    };
    const std::vector<float> expected = run(ProcessorLevel::kPortable);
    for (const ProcessorLevel level : processor_levels()) {
      const std::vector<float> actual = run(level);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], 1e-5 * (1 + std::abs(static_cast<double>(expected[i]))))
            << "level " << static_cast<int>(level) << ", channels " << channels << ", result " << i;
      }
    }
  }
}

}  // namespace
}  // namespace saker
