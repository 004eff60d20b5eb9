// Whether two data sets are the same to a training.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "data/data_settings.hpp"
#include "data/read_dataset.hpp"

namespace saker::test {

// Images by name, classes, and boxes to `tolerance` of the image.
inline void expect_same_split(const DataArgs& left,
                              const DataArgs& right,
                              const std::string& split,
                              double tolerance = 1e-14) {
  const DetectionDataset a = read_dataset(resolve_data(left).args, split);
  const DetectionDataset b = read_dataset(resolve_data(right).args, split);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a.classes().kept(), b.classes().kept());
  for (std::int64_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a.name(i), b.name(i));
    const Annotations x = a.annotations(i), y = b.annotations(i);
    ASSERT_EQ(x.classes, y.classes) << a.name(i);
    for (std::size_t k = 0; k < x.boxes.size(); ++k) {
      EXPECT_NEAR(x.boxes[k].center_x, y.boxes[k].center_x, tolerance) << a.name(i);
      EXPECT_NEAR(x.boxes[k].center_y, y.boxes[k].center_y, tolerance) << a.name(i);
      EXPECT_NEAR(x.boxes[k].width, y.boxes[k].width, tolerance) << a.name(i);
      EXPECT_NEAR(x.boxes[k].height, y.boxes[k].height, tolerance) << a.name(i);
    }
  }
}

}  // namespace saker::test
