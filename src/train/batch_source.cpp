#include "train/batch_source.hpp"

#include <utility>

namespace saker {
namespace {

SampleReader reader_of(const DetectionDataset& data, const ReadImageArgs& args) {
  return [&data, &args](std::int64_t index) {
    const std::string path = data.path(index);
    return SampleInput{
        .image = read_image(path, args), .annotations = data.annotations(index), .path = path};
  };
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

Batch TrainingBatches::operator()(std::int64_t number) const {
  const ScheduledBatch batch = scheduled(number);
  return transform_->make_batch(
      batch.indices, batch.key, reader_of(*data_, read_args_), [this](std::int64_t earlier) {
        return scheduled(earlier);
      });
}

ValidationBatches::ValidationBatches(std::shared_ptr<const DetectionDataset> data,
                                     std::shared_ptr<const ValidationTransform> transform,
                                     std::int64_t batch_size,
                                     const ReadImageArgs& read_args)
    : data_(std::move(data)),
      transform_(std::move(transform)),
      sampler_(std::make_shared<const EpochSampler>(SamplerSettings{.dataset_size = data_->size(),
                                                                    .batch_size = batch_size,
                                                                    .shuffle = false,
                                                                    .drop_last = false})),
      read_args_(read_args) {}

Batch ValidationBatches::operator()(std::int64_t number) const {
  return transform_->make_batch(sampler_->batch(number).indices, reader_of(*data_, read_args_));
}

}  // namespace saker
