// The rectangular assignment problem: pairs of rows and columns of least total cost.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace saker {

// The column of each row in an optimal assignment; no column is taken twice.
//
// costs: rows x columns, row by row, finite; 0 <= rows <= columns. Exact but for rounding, in
// O(rows^2 columns) time. Among optimal assignments of fewer than 128 rows, the one that SciPy's
// linear_sum_assignment gives. Source: Crouse, "On implementing 2D rectangular assignment
// algorithms", IEEE Transactions on Aerospace and Electronic Systems 52(4), 2016 (shortest
// augmenting paths).
std::vector<std::int64_t> assign_rows(std::span<const double> costs,
                                      std::int64_t rows,
                                      std::int64_t columns);

}  // namespace saker
