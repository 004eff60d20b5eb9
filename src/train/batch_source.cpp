#include "train/batch_source.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "saker/error.hpp"

namespace saker {
namespace {

// An image of the data set that could not be read, on its way to whoever knows what to do.
struct UnreadableSample {
  std::int64_t index = 0;
  Error error;
};

// Throws UnreadableSample.
SampleInput read_sample(const DetectionDataset& data,
                        const ReadImageArgs& args,
                        std::int64_t index) {
  const std::string path = data.path(index);
  try {
    return {.image = read_image(path, args), .annotations = data.annotations(index), .path = path};
  } catch (const Error& error) {
    throw UnreadableSample{.index = index, .error = error};
  }
}

std::vector<std::int64_t> part_of_process(const std::vector<std::int64_t>& whole,
                                          std::int64_t rank,
                                          std::int64_t world_size) {
  const auto count = static_cast<std::int64_t>(whole.size());
  if (count < world_size) return rank == 0 ? whole : std::vector<std::int64_t>();
  return {whole.begin() + count * rank / world_size,
          whole.begin() + count * (rank + 1) / world_size};
}

}  // namespace

TrainingBatches::TrainingBatches(std::shared_ptr<const DetectionDataset> data,
                                 std::shared_ptr<const TrainTransform> transform,
                                 const TrainingPlan& plan)
    : data_(std::move(data)),
      transform_(std::move(transform)),
      sampler_(
          std::make_shared<const EpochSampler>(SamplerSettings{.dataset_size = data_->size(),
                                                               .batch_size = plan.batch_size,
                                                               .seed = plan.seed,
                                                               .rank = plan.rank,
                                                               .world_size = plan.world_size})),
      read_args_(plan.settings.image.read_image_args()),
      policy_(plan.settings.image.unreadable),
      unreadable_(std::make_shared<UnreadableImages>("are replaced by others in training")),
      seed_(plan.seed),
      accumulation_(plan.accumulation) {}

ScheduledBatch TrainingBatches::scheduled(std::int64_t number) const {
  SampledBatch sampled = sampler_->batch(number);
  return {.key = {.seed = seed_,
                  .epoch = sampled.epoch,
                  .batch = number,
                  .step = number / accumulation_},
          .indices = std::move(sampled.indices)};
}

SampleInput TrainingBatches::sample(std::int64_t index) const {
  try {
    return read_sample(*data_, read_args_, index);
  } catch (const UnreadableSample& failed) {
    if (policy_ == UnreadablePolicy::kFail) throw UnreadableImageError(failed.error);
    unreadable_->add(data_->path(index), failed.error);
  }
  return sample_in_place_of(index);
}

SampleInput TrainingBatches::sample_in_place_of(std::int64_t index) const {
  const std::int64_t most = data_->size() > 1 ? kMostReplacements : 0;
  for (std::int64_t tries = 0; tries < most; ++tries) {
    const std::int64_t other = replacement_of(index, tries, data_->size(), seed_);
    try {
      return read_sample(*data_, read_args_, other);
    } catch (const UnreadableSample& failed) {
      unreadable_->add(data_->path(other), failed.error);
    }
  }
  throw Error(ErrorKind::kData,
              fmt::format("{}: cannot be read, nor can any of {} other images in its place; is the "
                          "folder still there?",
                          data_->path(index),
                          most));
}

Batch TrainingBatches::operator()(std::int64_t number) const {
  const ScheduledBatch batch = scheduled(number);
  return transform_->make_batch(
      batch.indices,
      batch.key,
      [this](std::int64_t index) { return sample(index); },
      [this](std::int64_t earlier) { return scheduled(earlier); });
}

ValidationBatches::ValidationBatches(std::shared_ptr<const DetectionDataset> data,
                                     std::shared_ptr<const ValidationTransform> transform,
                                     std::int64_t batch_size,
                                     const ImageSettings& images,
                                     std::int64_t rank,
                                     std::int64_t world_size)
    : data_(std::move(data)),
      transform_(std::move(transform)),
      sampler_(std::make_shared<const EpochSampler>(SamplerSettings{.dataset_size = data_->size(),
                                                                    .batch_size = batch_size,
                                                                    .shuffle = false,
                                                                    .drop_last = false})),
      rank_(rank),
      world_size_(world_size),
      read_args_(images.read_image_args()),
      policy_(images.unreadable),
      unreadable_(std::make_shared<UnreadableImages>("are left out of the validation")) {}

Batch ValidationBatches::operator()(std::int64_t number) const {
  std::vector<std::int64_t> indices =
      part_of_process(sampler_->batch(number).indices, rank_, world_size_);
  // The rest of the batch is decoded once more, which is rare and keeps one decoded image in memory
  // at a time.
  while (!indices.empty()) {
    try {
      return transform_->make_batch(
          indices, [this](std::int64_t index) { return read_sample(*data_, read_args_, index); });
    } catch (const UnreadableSample& failed) {
      if (policy_ == UnreadablePolicy::kFail) throw UnreadableImageError(failed.error);
      unreadable_->add(data_->path(failed.index), failed.error);
      std::erase(indices, failed.index);
    }
  }
  return {};
}

}  // namespace saker
