#include "image/sequential_opencv.hpp"

#include <opencv2/core/utility.hpp>

namespace saker {

SequentialOpencv::SequentialOpencv() : threads_before_(cv::getNumThreads()) {
  cv::setNumThreads(1);
}

SequentialOpencv::~SequentialOpencv() { cv::setNumThreads(threads_before_); }

}  // namespace saker
