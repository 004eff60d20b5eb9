#include "detectors/ltdetr/denoising_queries.hpp"

#include <algorithm>
#include <vector>

#include "core/random_stream.hpp"
#include "detectors/ltdetr/batch_targets.hpp"
#include "detectors/ltdetr/box_operations.hpp"

namespace saker {
namespace {

constexpr std::int64_t kDrawsPerQuery = 10;  // chance, label, 4 signs, 4 shifts

torch::Tensor attention_mask(std::int64_t most,
                             std::int64_t groups,
                             std::int64_t num_queries,
                             torch::Device device) {
  const std::int64_t count = 2 * most * groups, sequence = count + num_queries;
  const torch::Tensor place = torch::arange(sequence, torch::dtype(torch::kLong).device(device));
  const torch::Tensor is_denoising = place.lt(count);
  // The queries of the image get a group of their own.
  const torch::Tensor group = most == 0 ? place : place.floor_divide(2 * most).clamp_max(groups);
  return group.unsqueeze(1).ne(group.unsqueeze(0)).logical_and_(is_denoising.unsqueeze(0));
}

// Corners move by (less than) half a side for positives, and once more as far for negatives.
torch::Tensor noised_boxes(const torch::Tensor& boxes_cxcywh,
                           std::int64_t most,
                           double scale,
                           const DenoisingDraws& draws) {
  if (scale <= 0) return boxes_cxcywh;
  const torch::Tensor half = boxes_cxcywh.slice(-1, 2).repeat({1, 1, 2}) * (0.5 * scale);
  const torch::Tensor is_negative =
      torch::arange(boxes_cxcywh.size(1), torch::dtype(torch::kLong).device(half.device()))
          .floor_divide(most)
          .remainder(2)
          .view({1, -1, 1});
  const torch::Tensor moved =
      cxcywh_to_xyxy(boxes_cxcywh) + draws.box_sign * (draws.box_shift + is_negative) * half;
  return xyxy_to_cxcywh(moved.clamp(0, 1));
}

Denoising with_draws(const BatchTargets& targets,
                     std::int64_t num_classes,
                     std::int64_t num_queries,
                     const DenoisingSettings& settings,
                     const DenoisingDraws& draws) {
  const std::int64_t groups = denoising_groups(targets.most, settings.num_denoising);
  const std::int64_t images = targets.images(), count = 2 * targets.most * groups;
  const torch::Tensor places = targets.places().repeat({1, 2 * groups});  // [B, N]
  // One more row, for padding.
  const auto at_places = [&](const torch::Tensor& padded) {
    return padded.index_select(0, places.flatten());
  };
  const torch::Tensor old_classes =
      at_places(torch::constant_pad_nd(targets.classes, {0, 1}, num_classes)).view({images, count});
  const torch::Tensor boxes = at_places(torch::constant_pad_nd(targets.boxes_cxcywh, {0, 0, 0, 1}))
                                  .view({images, count, 4});

  const torch::Tensor changes =
      draws.label_chance.lt(settings.label_noise_ratio * 0.5).logical_and(places.lt(targets.total));
  return {.queries = {.classes = torch::where(changes, draws.new_label, old_classes),
                      .reference_logits = inverse_sigmoid(
                          noised_boxes(boxes, targets.most, settings.box_noise_scale, draws)),
                      .attention_mask =
                          attention_mask(targets.most, groups, num_queries, targets.device())},
          .groups = groups};
}

}  // namespace

std::int64_t denoising_groups(std::int64_t most_targets, std::int64_t num_denoising) {
  return most_targets == 0 ? 0 : std::max<std::int64_t>(1, num_denoising / most_targets);
}

DenoisingDraws draw_denoising(std::int64_t images,
                              std::int64_t queries,
                              std::int64_t num_classes,
                              const DrawKey& key,
                              torch::Device device) {
  const std::int64_t count = images * queries;
  const torch::Tensor drawn = torch::empty({kDrawsPerQuery * count});
  float* chance = drawn.mutable_data_ptr<float>();
  float* label = chance + count;
  float* sign = label + count;
  float* shift = sign + 4 * count;
  for (std::int64_t image = 0; image < images; ++image) {
    RandomStream stream({.seed = key.seed,
                         .purpose = "denoising queries",
                         .epoch = key.batch,
                         .index = key.first_image + static_cast<std::uint64_t>(image)});
    const auto unit = [&] { return static_cast<float>(stream.bits() >> 8) * 0x1p-24F; };
    for (std::int64_t i = image * queries; i < (image + 1) * queries; ++i) {
      chance[i] = unit();
      label[i] = static_cast<float>(stream.uniform_int(0, num_classes - 1));
      const std::uint32_t signs = stream.bits();
      for (std::int64_t corner = 4 * i; corner < 4 * i + 4; ++corner) {
        sign[corner] = (signs >> (corner % 4) & 1) != 0 ? 1.0F : -1.0F;
        shift[corner] = unit();
      }
    }
  }
  const std::vector<torch::Tensor> parts =
      drawn.to(device, /*non_blocking=*/true)
          .split_with_sizes({count, count, 4 * count, 4 * count});
  return {.label_chance = parts[0].view({images, queries}),
          .new_label = parts[1].view({images, queries}).to(torch::kLong),
          .box_sign = parts[2].view({images, queries, 4}),
          .box_shift = parts[3].view({images, queries, 4})};
}

Denoising make_denoising(const Targets& targets,
                         std::int64_t num_classes,
                         std::int64_t num_queries,
                         const DenoisingSettings& settings,
                         const DenoisingDraws& draws) {
  const BatchTargets batch = batch_targets(targets, num_classes);
  return with_draws(batch, num_classes, num_queries, settings, draws);
}

Denoising make_denoising(const Targets& targets,
                         std::int64_t num_classes,
                         std::int64_t num_queries,
                         const DenoisingSettings& settings,
                         const DrawKey& key) {
  const BatchTargets batch = batch_targets(targets, num_classes);
  const std::int64_t count = 2 * batch.most * denoising_groups(batch.most, settings.num_denoising);
  return with_draws(batch,
                    num_classes,
                    num_queries,
                    settings,
                    draw_denoising(batch.images(), count, num_classes, key, batch.device()));
}

MatchedPairs denoising_pairs(std::int64_t targets, std::int64_t most_targets, std::int64_t groups) {
  MatchedPairs pairs;
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t target = 0; target < targets; ++target) {
      pairs.queries.push_back(2 * most_targets * group + target);
      pairs.targets.push_back(target);
    }
  }
  return pairs;
}

}  // namespace saker
