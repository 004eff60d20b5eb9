#include "transforms/gaussian_blur.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "transforms/opencv_view.hpp"

namespace saker {
namespace {

constexpr double kKernelSigmas = 3.5;

// 0 for the size that follows from sigma.
std::int64_t draw_kernel_size(const std::array<std::int64_t, 2>& limit, RandomStream& draws) {
  std::vector<std::int64_t> sizes;
  if (limit[0] == 0) sizes.push_back(0);
  for (std::int64_t size = limit[0] | 1; size <= limit[1]; size += 2) sizes.push_back(size);
  if (sizes.size() <= 1) return sizes.empty() ? 0 : sizes[0];
  const auto last = static_cast<std::int64_t>(sizes.size()) - 1;
  return sizes[static_cast<std::size_t>(draws.uniform_int(0, last))];
}

}  // namespace

std::vector<double> gaussian_kernel(double sigma, std::int64_t size) {
  const std::int64_t radius =
      size > 0 ? size / 2 : static_cast<std::int64_t>(kKernelSigmas * sigma);
  std::vector<double> kernel;
  double sum = 0;
  for (std::int64_t x = -radius; x <= radius; ++x) {
    const auto distance = static_cast<double>(x);
    kernel.push_back(std::exp(-distance * distance / (2 * sigma * sigma)));
    sum += kernel.back();
  }
  for (double& value : kernel) value /= sum;
  return kernel;
}

void gaussian_blur(Image& image, const std::vector<double>& kernel) {
  if (kernel.size() <= 1) return;
  Image blurred(image.height(), image.width(), image.channels(), image.type());
  cv::Mat target = opencv_target(blurred);
  const cv::Mat weights(kernel, /*copyData=*/false);
  cv::sepFilter2D(opencv_source(image),
                  target,
                  -1,
                  weights,
                  weights,
                  cv::Point(-1, -1),
                  0,
                  cv::BORDER_REFLECT_101);
  image = std::move(blurred);
}

void random_gaussian_blur(const GaussianBlurSettings& settings, RandomStream& draws, Image& image) {
  if (draws.uniform() >= settings.prob) return;
  const double sigma = draws.uniform(settings.sigmas[0], settings.sigmas[1]);
  gaussian_blur(image, gaussian_kernel(sigma, draw_kernel_size(settings.blur_limit, draws)));
}

}  // namespace saker
