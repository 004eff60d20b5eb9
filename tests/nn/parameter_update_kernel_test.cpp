#include "nn/parameter_update_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fill.hpp"

namespace saker {
namespace {

class ParameterUpdateKernelAtLevel : public ::testing::TestWithParam<ProcessorLevel> {
 protected:
  const ParameterUpdateKernel& kernel() const { return parameter_update_kernel(GetParam()); }
};

// Lengths below, at and beyond the vectors of every level.
constexpr std::int64_t kLengths[] = {0, 1, 3, 4, 7, 8, 15, 16, 17, 63, 64, 65, 300, 1025};

TEST_P(ParameterUpdateKernelAtLevel, AdamWFollowsTheFormula) {
  const AdamWFactors f{.decay = 0.999F,
                       .gradient = 0.25F,
                       .first = 0.1F,
                       .second = 0.001F,
                       .kept = 0.999F,
                       .scale = 4.5F,
                       .epsilon = 1e-8F,
                       .rate = 0.01F};
  for (const std::int64_t count : kLengths) {
    std::vector<float> p = test::uniform("p", count, -1, 1), g = test::uniform("g", count, -3, 3);
    std::vector<float> m = test::uniform("m", count, -1, 1), v = test::uniform("v", count, 0, 1);
    const std::vector<float> p0 = p, m0 = m, v0 = v;
    kernel().adamw(p.data(), g.data(), m.data(), v.data(), count, f);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double gi = 0.25 * static_cast<double>(g[i]), mi = static_cast<double>(m0[i]);
      const double first = mi + static_cast<double>(f.first) * (gi - mi);
      const double second = static_cast<double>(f.kept) * static_cast<double>(v0[i]) +
                            static_cast<double>(f.second) * gi * gi;
      const double weight = static_cast<double>(p0[i]) * static_cast<double>(f.decay) -
                            static_cast<double>(f.rate) * first / (std::sqrt(second) * 4.5 + 1e-8);
      EXPECT_NEAR(m[i], first, 2e-7) << i << " of " << count;
      EXPECT_NEAR(v[i], second, 2e-7) << i << " of " << count;
      EXPECT_NEAR(p[i], weight, 2e-7) << i << " of " << count;
    }
  }
}

// What a value becomes must not depend on its place, or results would depend on how threads share
// the work.
TEST_P(ParameterUpdateKernelAtLevel, PiecesEqualTheWhole) {
  const std::int64_t count = 1025;
  const AdamWFactors f{.decay = 0.9999F,
                       .first = 0.1F,
                       .second = 0.001F,
                       .kept = 0.999F,
                       .scale = 3.3F,
                       .epsilon = 1e-8F,
                       .rate = 0.003F};
  const std::vector<float> g = test::uniform("g", count, -3, 3);
  std::vector<float> p = test::uniform("p", count, -1, 1), m(count, 0.5F), v(count, 0.25F);
  std::vector<float> p2 = p, m2 = m, v2 = v, e = p, e2 = p;
  kernel().adamw(p.data(), g.data(), m.data(), v.data(), count, f);
  kernel().average(e.data(), g.data(), count, 0.75F, 0.25F);
  for (std::int64_t begin = 0, size = 1; begin < count; begin += size, ++size) {
    size = std::min(size, count - begin);
    kernel().adamw(
        p2.data() + begin, g.data() + begin, m2.data() + begin, v2.data() + begin, size, f);
    kernel().average(e2.data() + begin, g.data() + begin, size, 0.75F, 0.25F);
  }
  EXPECT_EQ(p, p2);
  EXPECT_EQ(m, m2);
  EXPECT_EQ(v, v2);
  EXPECT_EQ(e, e2);
}

TEST_P(ParameterUpdateKernelAtLevel, AverageRoundsTheKeptPartFirst) {
  for (const std::int64_t count : kLengths) {
    std::vector<float> e = test::uniform("e", count, -1, 1);
    const std::vector<float> value = test::uniform("value", count, -1, 1), e0 = e;
    kernel().average(e.data(), value.data(), count, 0.9F, 0.1F);
    for (std::size_t i = 0; i < e.size(); ++i) {
      const float kept = 0.9F * e0[i];
      const float expected = GetParam() == ProcessorLevel::kPortable
                                 ? kept + 0.1F * value[i]
                                 : std::fma(0.1F, value[i], kept);
      EXPECT_NEAR(e[i], expected, GetParam() == ProcessorLevel::kPortable ? 1e-7 : 0) << i;
    }
  }
}

TEST_P(ParameterUpdateKernelAtLevel, SquaresAreSummedInDouble) {
  for (const std::int64_t count : {0, 1, 5, 64, 1000, 100003}) {
    const std::vector<float> values = test::uniform("x", count, -2, 2);
    double expected = 0;
    for (const float x : values) expected += static_cast<double>(x) * static_cast<double>(x);
    EXPECT_NEAR(kernel().squares(values.data(), count), expected, 1e-6 * expected) << count;
  }
  std::vector<float> poisoned = test::uniform("x", 100, -2, 2);
  poisoned[37] = std::nanf("");
  EXPECT_TRUE(std::isnan(kernel().squares(poisoned.data(), 100)));
}

INSTANTIATE_TEST_SUITE_P(Levels,
                         ParameterUpdateKernelAtLevel,
                         ::testing::ValuesIn(processor_levels()));

}  // namespace
}  // namespace saker
