// A training that takes a second: few small drawn scenes, a small network input.
#pragma once

#include <filesystem>
#include <string>

#include "data/synth/dataset.hpp"
#include "saker/train.hpp"

namespace saker::test {

inline std::filesystem::path small_dataset(const std::filesystem::path& folder) {
  return write_synthetic_dataset({.out = folder / "data",
                                  .train_images = 8,
                                  .val_images = 4,
                                  .test_images = 2,
                                  .image_width = 96,
                                  .image_height = 64})
      .data_yaml;
}

inline TrainArgs small_run(const std::filesystem::path& out,
                           const std::filesystem::path& data_yaml,
                           std::int64_t steps) {
  TrainArgs args;
  args.out = out.string();
  args.model = "picodet/s-416";
  args.data.path = data_yaml.string();
  args.steps = steps;
  args.batch_size = 2;
  args.gradient_accumulation_steps = 1;
  args.num_workers = 1;
  args.model_args = {{"lr_warmup_steps", 2}};
  args.transform_args = {{"image_size", {96, 96}}};
  args.logger_args = {{"val_every_num_steps", 3}};
  return args;
}

}  // namespace saker::test
