#include "detectors/ltdetr/linear_assignment.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SAKER_VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define SAKER_VECTOR_CLONES
#endif

namespace saker {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr std::size_t kLanes = 4;
typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double))));
typedef double StoredLanes
    __attribute__((vector_size(kLanes * sizeof(double)), aligned(sizeof(double)), may_alias));

// From so many rows on, it pays to look for columns that no row needs.
constexpr std::size_t kManyRows = 128;

// Columns are looked at in blocks, whose least distances lead to the nearest column.
constexpr std::size_t kBlock = 64;

// For every column j: if offset + cost[j] - price[j] is below distance[j], that becomes the
// distance and `row` the row before it. Writes the least distance of every block. Rows are numbers
// of the distances' type, so that one comparison chooses both.
SAKER_VECTOR_CLONES void relax(const double* cost,
                               const double* price,
                               double* distance,
                               double* row_before,
                               double* block_least,
                               std::size_t columns,
                               double offset,
                               double row) {
  const Lanes offset_lanes = Lanes{} + offset, row_lanes = Lanes{} + row;
  for (std::size_t begin = 0; begin < columns; begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, columns);
    Lanes least_lanes = Lanes{} + kInfinity;
    std::size_t j = begin;
    for (; j + kLanes <= end; j += kLanes) {
      StoredLanes& to = *reinterpret_cast<StoredLanes*>(distance + j);
      StoredLanes& before = *reinterpret_cast<StoredLanes*>(row_before + j);
      const Lanes old = to;
      const Lanes through = offset_lanes + *reinterpret_cast<const StoredLanes*>(cost + j) -
                            *reinterpret_cast<const StoredLanes*>(price + j);
      const Lanes shorter = through < old ? through : old;
      before = through < old ? row_lanes : before;
      to = shorter;
      least_lanes = shorter < least_lanes ? shorter : least_lanes;
    }
    double least = kInfinity;
    for (std::size_t lane = 0; lane < kLanes; ++lane) least = std::min(least, least_lanes[lane]);
    for (; j < end; ++j) {
      const double through = offset + cost[j] - price[j];
      if (through < distance[j]) {
        distance[j] = through;
        row_before[j] = row;
      }
      least = std::min(least, distance[j]);
    }
    block_least[begin / kBlock] = least;
  }
}

// Rows are added one by one; each time, Dijkstra's algorithm on reduced costs finds the cheapest
// alternating path from the new row to a free column.
class AugmentingPaths {
 public:
  AugmentingPaths(std::span<const double> costs, std::size_t rows, std::size_t columns)
      : costs_(costs),
        columns_(columns),
        row_price_(rows),
        column_price_(columns),
        column_of_row_(rows, kFree),
        row_of_column_(columns, kFree),
        distance_(columns),
        open_price_(columns),
        row_before_(columns),
        block_least_((columns + kBlock - 1) / kBlock),
        open_(columns),
        place_(columns) {}

  void add_row(std::size_t row) {
    const std::size_t end = find_path(row);
    update_prices(row);
    augment(row, end);
  }

  std::vector<std::int64_t> column_of_row() const {
    return {column_of_row_.begin(), column_of_row_.end()};
  }

 private:
  static constexpr std::size_t kFree = std::numeric_limits<std::size_t>::max();

  struct Closed {
    std::size_t column;
    double distance;
  };

  // The free column at which the cheapest path ends.
  std::size_t find_path(std::size_t start) {
    begin_search();
    std::size_t row = start;
    for (;;) {
      relax(costs_.data() + row * columns_,
            open_price_.data(),
            distance_.data(),
            row_before_.data(),
            block_least_.data(),
            columns_,
            path_cost_ - row_price_[row],
            static_cast<double>(row));
      path_cost_ = *std::min_element(block_least_.begin(), block_least_.end());
      const std::size_t column = nearest_column();
      close(column);
      if (row_of_column_[column] == kFree) return column;
      row = row_of_column_[column];
    }
  }

  void begin_search() {
    // Of equally near columns, the order of open_ decides: it starts at the last column.
    for (std::size_t place = 0; place < columns_; ++place) {
      open_[place] = columns_ - 1 - place;
      place_[open_[place]] = place;
    }
    open_count_ = columns_;
    std::fill(distance_.begin(), distance_.end(), kInfinity);
    open_price_ = column_price_;
    closed_.clear();
    path_cost_ = 0;
  }

  // An open column at the distance path_cost_: a free one if there is one, which ends the search;
  // the last such one in open_, or else the first column in open_.
  std::size_t nearest_column() const {
    std::size_t nearest = kFree;
    for (std::size_t block = 0; block < block_least_.size(); ++block) {
      if (block_least_[block] != path_cost_) continue;
      const std::size_t end = std::min((block + 1) * kBlock, columns_);
      for (std::size_t column = block * kBlock; column < end; ++column) {
        if (distance_[column] != path_cost_) continue;
        if (nearest == kFree || goes_before(column, nearest)) nearest = column;
      }
    }
    return nearest;
  }

  bool goes_before(std::size_t a, std::size_t b) const {
    const bool a_free = row_of_column_[a] == kFree, b_free = row_of_column_[b] == kFree;
    if (a_free != b_free) return a_free;
    return a_free ? place_[a] > place_[b] : place_[a] < place_[b];
  }

  // Takes the column out of the search: from now on nothing is below its distance.
  void close(std::size_t column) {
    closed_.push_back({column, distance_[column]});
    distance_[column] = kInfinity;
    open_price_[column] = -kInfinity;
    const std::size_t last = open_[--open_count_];
    open_[place_[column]] = last;
    place_[last] = place_[column];
  }

  // Keeps reduced costs non-negative, and those of matched pairs at zero.
  void update_prices(std::size_t start) {
    row_price_[start] += path_cost_;
    for (const Closed& closed : closed_) {
      const double slack = path_cost_ - closed.distance;
      column_price_[closed.column] -= slack;
      const std::size_t row = row_of_column_[closed.column];
      if (row != kFree) row_price_[row] += slack;
    }
  }

  void augment(std::size_t start, std::size_t end) {
    std::size_t column = end;
    for (;;) {
      const std::size_t row = static_cast<std::size_t>(row_before_[column]);
      row_of_column_[column] = row;
      std::swap(column_of_row_[row], column);
      if (row == start) return;
    }
  }

  std::span<const double> costs_;
  std::size_t columns_;
  std::vector<double> row_price_, column_price_;
  std::vector<std::size_t> column_of_row_, row_of_column_;
  // Of the search in progress. Columns are open until their distance is final.
  std::vector<double> distance_;    // infinite once closed
  std::vector<double> open_price_;  // minus infinity once closed
  std::vector<double> row_before_;  // the last row on the path to a column
  std::vector<double> block_least_;
  std::vector<std::size_t> open_;   // the open columns: the first open_count_
  std::vector<std::size_t> place_;  // of an open column in open_
  std::size_t open_count_ = 0;
  std::vector<Closed> closed_;
  double path_cost_ = 0;
};

std::vector<std::int64_t> assign(std::span<const double> costs,
                                 std::size_t rows,
                                 std::size_t columns) {
  AugmentingPaths paths(costs, rows, columns);
  for (std::size_t row = 0; row < rows; ++row) paths.add_row(row);
  return paths.column_of_row();
}

// The columns that are among the `rows` cheapest ones of any row, ascending. Some optimal
// assignment has no others: the rows that have one could take a free column of their cheapest.
std::vector<std::size_t> worthwhile_columns(std::span<const double> costs,
                                            std::size_t rows,
                                            std::size_t columns) {
  std::vector<char> worthwhile(columns);
  std::vector<double> sorted(columns);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span<const double> cost = costs.subspan(row * columns, columns);
    std::copy(cost.begin(), cost.end(), sorted.begin());
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(rows - 1);
    std::nth_element(sorted.begin(), last, sorted.end());
    for (std::size_t j = 0; j < columns; ++j) worthwhile[j] |= static_cast<char>(cost[j] <= *last);
  }
  std::vector<std::size_t> chosen;
  for (std::size_t j = 0; j < columns; ++j) {
    if (worthwhile[j] != 0) chosen.push_back(j);
  }
  return chosen;
}

}  // namespace

std::vector<std::int64_t> assign_rows(std::span<const double> costs,
                                      std::int64_t rows,
                                      std::int64_t columns) {
  const std::size_t m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
  if (m < kManyRows || n < 2 * m) return assign(costs, m, n);
  const std::vector<std::size_t> chosen = worthwhile_columns(costs, m, n);
  std::vector<double> kept(m * chosen.size());
  auto next = kept.begin();
  for (std::size_t row = 0; row < m; ++row) {
    for (const std::size_t j : chosen) *next++ = costs[row * n + j];
  }
  std::vector<std::int64_t> assigned = assign(kept, m, chosen.size());
  for (std::int64_t& column : assigned) {
    column = static_cast<std::int64_t>(chosen[static_cast<std::size_t>(column)]);
  }
  return assigned;
}

}  // namespace saker
