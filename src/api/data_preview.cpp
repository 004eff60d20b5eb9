#include "saker/data_preview.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "api/preview_sheet.hpp"
#include "api/training_preview.hpp"
#include "saker/error.hpp"
#include "transforms/active_transforms.hpp"

namespace saker {
namespace {

constexpr std::int64_t kMostImages = 256;  // a row; a sheet is for people to look at
constexpr std::size_t kMostSteps = 16;

void check_arguments(const DataPreviewArgs& args) {
  if (args.count < 1 || args.count > kMostImages) {
    throw Error(ErrorKind::kUsage,
                fmt::format("count must be 1 to {} but is {}", kMostImages, args.count));
  }
  if (args.split != "train" && args.split != "val") {
    throw Error(ErrorKind::kUsage,
                fmt::format("split '{}' has no preview; it is train or val", args.split));
  }
  if (args.steps.size() > kMostSteps) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "{} steps are too many for a sheet; name at most {}", args.steps.size(), kMostSteps));
  }
}

// One step in the middle of each of up to three phases: the first, that of most augmentations, the
// last.
std::vector<std::int64_t> steps_of_phases(const TransformSettings& settings, std::int64_t total) {
  std::vector<std::int64_t> starts = phase_starts(settings, total);
  const std::size_t phases = starts.size();
  std::size_t richest = 0;
  for (std::size_t i = 1; i < phases; ++i) {
    if (active_transforms(settings, starts[i]).size() >
        active_transforms(settings, starts[richest]).size())
      richest = i;
  }
  starts.push_back(total);
  std::vector<std::int64_t> steps;
  for (const std::size_t i : {std::size_t{0}, richest, phases - 1}) {
    const std::int64_t middle = starts[i] + (starts[i + 1] - starts[i]) / 2;
    if (steps.empty() || middle > steps.back()) steps.push_back(middle);
  }
  return steps;
}

class SheetWriter {
 public:
  SheetWriter(const TrainingPreview& run, std::int64_t count) : run_(run), count_(count) {}

  void add_training(std::int64_t step) {
    const TransformSettings& settings = run_.transforms().train;
    DataPreviewRow row{.first_step = step,
                       .last_step = step,
                       .epoch = step * run_.batches_per_step() / run_.batches_per_epoch(),
                       .active = active_transforms(settings, step)};
    SheetRow drawn;
    for (std::int64_t next = step; is_wanted(drawn) && next < run_.total_steps(); ++next) {
      if (active_transforms(settings, next) != row.active) break;
      row.last_step = next;
      for (std::int64_t i = 0; is_wanted(drawn) && i < run_.batches_per_step(); ++i) {
        add(run_.training_batch(next * run_.batches_per_step() + i),
            *settings.normalize,
            row,
            drawn);
      }
    }
    drawn.title = fmt::format("Step{} of {}, epoch {}",
                              row.first_step == row.last_step
                                  ? fmt::format(" {}", step)
                                  : fmt::format("s {} to {}", row.first_step, row.last_step),
                              run_.total_steps(),
                              row.epoch);
    drawn.lines = {row.active.empty() ? "no augmentation"
                                      : fmt::format("{}", fmt::join(row.active, ", "))};
    take(std::move(row), std::move(drawn));
  }

  void add_validation() {
    DataPreviewRow row;
    SheetRow drawn;
    for (std::int64_t i = 0; is_wanted(drawn) && i < run_.validation_batches(); ++i)
      add(run_.validation_batch(i), *run_.transforms().validation.normalize, row, drawn);
    drawn.title = "Validation";
    drawn.lines = {"resized, no augmentation"};
    take(std::move(row), std::move(drawn));
  }

  DataPreview finish() && {
    return {
        .total_steps = run_.total_steps(), .rows = std::move(rows_), .sheet = draw_sheet(drawn_)};
  }

 private:
  bool is_wanted(const SheetRow& drawn) const {
    return static_cast<std::int64_t>(drawn.cells.size()) < count_;
  }

  void add(const Batch& batch,
           const std::optional<Normalization>& normalization,
           DataPreviewRow& row,
           SheetRow& drawn) const {
    for (std::int64_t i = 0; is_wanted(drawn) && i < batch.count(); ++i) {
      const auto index = static_cast<std::size_t>(i);
      row.images.push_back(batch.paths[index]);
      row.boxes += static_cast<std::int64_t>(batch.annotations[index].boxes.size());
      drawn.cells.push_back(sheet_cell(batch, i, normalization, run_.classes()));
    }
  }

  void take(DataPreviewRow row, SheetRow drawn) {
    rows_.push_back(std::move(row));
    drawn_.push_back(std::move(drawn));
  }

  const TrainingPreview& run_;
  std::int64_t count_;
  std::vector<DataPreviewRow> rows_;
  std::vector<SheetRow> drawn_;
};

}  // namespace

DataPreview preview_data(const DataPreviewArgs& args) {
  check_arguments(args);
  const TrainingPreview run(args.train);
  SheetWriter writer(run, args.count);
  if (args.split == "val") {
    writer.add_validation();
    return std::move(writer).finish();
  }
  const std::vector<std::int64_t> steps =
      args.steps.empty() ? steps_of_phases(run.transforms().train, run.total_steps()) : args.steps;
  for (const std::int64_t step : steps) {
    if (step < 0 || step >= run.total_steps()) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format(
              "step {} is not in the run: it has steps 0 to {}", step, run.total_steps() - 1));
    }
  }
  for (const std::int64_t step : steps) writer.add_training(step);
  return std::move(writer).finish();
}

}  // namespace saker
