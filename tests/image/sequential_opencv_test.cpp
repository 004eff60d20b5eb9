#include "image/sequential_opencv.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <opencv2/core/utility.hpp>
#include <set>
#include <thread>

namespace saker {
namespace {

// Which threads OpenCV runs a loop on.
std::set<std::thread::id> threads_of_loop() {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  cv::parallel_for_(cv::Range(0, 64), [&](const cv::Range&) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  return threads;
}

TEST(SequentialOpencv, KeepsLoopsOnTheCaller) {
  cv::setNumThreads(4);
  {
    const SequentialOpencv sequential;
    EXPECT_EQ(threads_of_loop(), std::set{std::this_thread::get_id()});
    { const SequentialOpencv nested; }
    EXPECT_EQ(cv::getNumThreads(), 1);
  }
  EXPECT_EQ(cv::getNumThreads(), 4);
}

}  // namespace
}  // namespace saker
