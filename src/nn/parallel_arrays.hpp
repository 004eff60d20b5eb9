// Many arrays as one long one, shared out evenly among threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/parallel.hpp"

namespace saker {

// Calls body(array, begin, count) for pieces [begin, begin + count) that cover every array, whose
// length is its member `count`. Where the pieces end depends on the number of threads.
template <class Array, class Body>
void parallel_over(const std::vector<Array>& arrays, const Body& body) {
  constexpr std::int64_t kGrain = 65536;
  std::vector<std::int64_t> ends;
  ends.reserve(arrays.size());
  std::int64_t total = 0;
  for (const Array& array : arrays) ends.push_back(total += array.count);
  parallel_for(total, kGrain, [&](std::int64_t begin, std::int64_t end) {
    auto k =
        static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), begin) - ends.begin());
    for (; begin < end; ++k) {
      const std::int64_t first = ends[k] - arrays[k].count;
      const std::int64_t stop = std::min(end, ends[k]);
      if (stop > begin) body(arrays[k], begin - first, stop - begin);
      begin = stop;
    }
  });
}

}  // namespace saker
