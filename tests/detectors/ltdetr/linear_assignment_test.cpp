#include "detectors/ltdetr/linear_assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "fill.hpp"

namespace saker {
namespace {

double total(const std::vector<double>& costs,
             const std::vector<std::int64_t>& assigned,
             std::int64_t columns) {
  double sum = 0;
  for (std::size_t row = 0; row < assigned.size(); ++row) {
    sum += costs[row * static_cast<std::size_t>(columns) + static_cast<std::size_t>(assigned[row])];
  }
  return sum;
}

void expect_one_to_one(const std::vector<std::int64_t>& assigned, std::int64_t columns) {
  EXPECT_EQ(std::set(assigned.begin(), assigned.end()).size(), assigned.size());
  for (const std::int64_t column : assigned) {
    EXPECT_GE(column, 0);
    EXPECT_LT(column, columns);
  }
}

double best_by_trying_all(const std::vector<double>& costs,
                          std::int64_t rows,
                          std::int64_t columns) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(columns));
  std::iota(order.begin(), order.end(), 0);
  double best = std::numeric_limits<double>::infinity();
  do {
    best = std::min(best, total(costs, {order.begin(), order.begin() + rows}, columns));
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(LinearAssignment, ByHand) {
  // The cheapest entry of the first row is needed by the second.
  EXPECT_EQ(assign_rows(std::vector<double>{1, 2, 9, 1, 9, 9}, 2, 3),
            (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(assign_rows(std::vector<double>{3, -7, 5}, 1, 3), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(assign_rows({}, 0, 5).empty());
  EXPECT_TRUE(assign_rows({}, 0, 0).empty());
}

TEST(LinearAssignment, IsTheBestOfAllAssignments) {
  for (int i = 0; i < 60; ++i) {
    const std::int64_t rows = 1 + i % 5, columns = rows + i % 3;
    std::vector<double> costs = test::unit("assign." + std::to_string(i), rows * columns);
    for (double& cost : costs) {
      cost = i % 2 == 0 ? 10 * cost - 5 : std::floor(4 * cost);  // with ties
    }
    const std::vector<std::int64_t> assigned = assign_rows(costs, rows, columns);
    expect_one_to_one(assigned, columns);
    EXPECT_NEAR(total(costs, assigned, columns), best_by_trying_all(costs, rows, columns), 1e-12);
  }
}

// Of equally good assignments, the one along the diagonal.
TEST(LinearAssignment, BreaksTiesAsSciPy) {
  EXPECT_EQ(assign_rows(std::vector<double>(6, 1.0), 2, 3), (std::vector<std::int64_t>{0, 1}));
}

TEST(LinearAssignment, TakesTheLargestFloats) {
  const double large = static_cast<double>(std::numeric_limits<float>::max());
  const std::vector<double> costs = {large, 1, large, -large, 2, large};
  EXPECT_EQ(assign_rows(costs, 2, 3), (std::vector<std::int64_t>{1, 0}));
}

// With many rows, columns that no row needs are left out. Rows of equal costs, which take what is
// left over, forbid that without changing the best total of the others.
TEST(LinearAssignment, LeavingOutColumnsKeepsTheBestTotal) {
  constexpr std::int64_t kRows = 150, kColumns = 310;
  for (const bool contested : {false, true}) {
    std::vector<double> costs = test::unit("assign.large", kRows * kColumns);
    for (std::int64_t i = 0; i < kRows * kColumns && contested; ++i) {
      costs[static_cast<std::size_t>(i)] += 0.1 * static_cast<double>(i % kColumns);
    }
    const std::vector<std::int64_t> assigned = assign_rows(costs, kRows, kColumns);
    expect_one_to_one(assigned, kColumns);
    costs.resize(static_cast<std::size_t>((kRows + 10) * kColumns), 0);
    const double best = total(costs, assign_rows(costs, kRows + 10, kColumns), kColumns);
    EXPECT_NEAR(total(costs, assigned, kColumns), best, 1e-9);
  }
}

}  // namespace
}  // namespace saker
