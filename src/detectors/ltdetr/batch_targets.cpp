#include "detectors/ltdetr/batch_targets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "saker/error.hpp"

namespace saker {
namespace {

void check_shapes(const torch::Tensor& boxes, const torch::Tensor& classes, std::size_t image) {
  if (boxes.numel() == 0 && classes.numel() == 0) return;
  if (boxes.dim() == 2 && boxes.size(1) == 4 && classes.dim() == 1 &&
      classes.size(0) == boxes.size(0)) {
    return;
  }
  throw Error(ErrorKind::kData,
              fmt::format("image {} of the batch has boxes of {} numbers and {} classes; expected "
                          "[M, 4] boxes and [M] classes",
                          image,
                          boxes.numel(),
                          classes.numel()));
}

// Looking at them on another device would wait for it.
void check_classes(const BatchTargets& targets, std::int64_t num_classes) {
  if (targets.total == 0 || !targets.classes.is_cpu()) return;
  const torch::Tensor outside =
      targets.classes.lt(0).logical_or(targets.classes.ge(num_classes)).nonzero();
  if (outside.numel() == 0) return;
  const std::int64_t place = outside[0][0].item<std::int64_t>();
  const auto image = std::upper_bound(targets.first.begin(), targets.first.end(), place) - 1;
  throw Error(ErrorKind::kData,
              fmt::format("box {} of image {} of the batch has class {}, but the network has 0..{}",
                          place - *image,
                          image - targets.first.begin(),
                          targets.classes[place].item<std::int64_t>(),
                          num_classes - 1));
}

}  // namespace

BatchTargets batch_targets(const Targets& targets, std::int64_t num_classes) {
  const std::size_t images = targets.classes.size();
  if (targets.boxes_cxcywh_norm.size() != images || images == 0) {
    throw Error(ErrorKind::kData,
                fmt::format("the batch has boxes of {} images and classes of {}; expected as many, "
                            "and at least one",
                            targets.boxes_cxcywh_norm.size(),
                            images));
  }
  BatchTargets batch;
  batch.most = targets.most;
  std::vector<torch::Tensor> boxes, classes;
  for (std::size_t image = 0; image < images; ++image) {
    check_shapes(targets.boxes_cxcywh_norm[image], targets.classes[image], image);
    const std::int64_t count = targets.classes[image].numel();
    batch.counts.push_back(count);
    batch.first.push_back(batch.total);
    batch.total += count;
    batch.most = std::max(batch.most, count);
    boxes.push_back(targets.boxes_cxcywh_norm[image].reshape({count, 4}));
    classes.push_back(targets.classes[image].reshape({count}));
  }
  batch.boxes_cxcywh = torch::cat(boxes).to(torch::kFloat);
  batch.classes = torch::cat(classes).to(torch::kLong);
  check_classes(batch, num_classes);
  return batch;
}

torch::Tensor BatchTargets::places() const {
  std::vector<std::int64_t> index(static_cast<std::size_t>(images() * most), total);
  for (std::size_t image = 0; image < counts.size(); ++image) {
    const auto row = index.begin() + static_cast<std::ptrdiff_t>(image) * most;
    for (std::int64_t i = 0; i < counts[image]; ++i) row[i] = first[image] + i;
  }
  return index_tensor(index, device()).view({images(), most});
}

torch::Tensor index_tensor(const std::vector<std::int64_t>& values, torch::Device device) {
  return torch::tensor(values, torch::kLong).to(device, /*non_blocking=*/true);
}

}  // namespace saker
