#include "train/batch_parts.hpp"

#include <algorithm>

namespace saker {
namespace {

Targets targets_of(const Targets& all, std::int64_t first, std::int64_t count) {
  const auto slice = [&](const std::vector<torch::Tensor>& tensors) {
    return std::vector<torch::Tensor>(tensors.begin() + first, tensors.begin() + first + count);
  };
  return {.boxes_cxcywh_norm = slice(all.boxes_cxcywh_norm),
          .classes = slice(all.classes),
          .most = all.most_of_an_image()};
}

}  // namespace

BatchPart part_of_batch(const torch::Tensor& images,
                        const Targets& targets,
                        std::int64_t first,
                        std::int64_t count) {
  if (count == images.size(0))
    return {.first = 0, .count = count, .images = images, .targets = targets, .share = 1};
  return {.first = first,
          .count = count,
          .images = images.narrow(0, first, count),
          .targets = targets_of(targets, first, count)};
}

std::vector<BatchPart> split_batch(const torch::Tensor& images,
                                   const Targets& targets,
                                   std::int64_t parts,
                                   const Detector& detector) {
  const std::int64_t total = images.size(0);
  parts = std::min(parts, total);
  if (parts == 1) return {part_of_batch(images, targets, 0, total)};
  const double weight = detector.loss_weight(targets);
  std::vector<BatchPart> result;
  for (std::int64_t i = 0; i < parts; ++i) {
    const std::int64_t first = i * total / parts;
    const std::int64_t count = (i + 1) * total / parts - first;
    BatchPart part = part_of_batch(images, targets, first, count);
    part.share = detector.loss_weight(part.targets) / weight;
    result.push_back(std::move(part));
  }
  return result;
}

}  // namespace saker
