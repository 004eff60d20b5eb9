// main() of the test programs that run a suite at a time: a suite of which a part was skipped, and
// nothing failed, counts as skipped, so that CTest's summary names it.
#include <gtest/gtest.h>

namespace {
constexpr int kSkipped = 77;  // SKIP_RETURN_CODE of the tests
}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  const auto& summary = *::testing::UnitTest::GetInstance();
  return result == 0 && summary.skipped_test_count() > 0 ? kSkipped : result;
}
