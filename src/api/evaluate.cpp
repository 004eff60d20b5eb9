// evaluate(): the same pass over the data as a validation during training.
#include "saker/evaluate.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "api/evaluation_errors.hpp"
#include "api/model_source.hpp"
#include "data/data_settings.hpp"
#include "data/read_dataset.hpp"
#include "detectors/transform_family.hpp"
#include "saker/error.hpp"
#include "train/auto_rules.hpp"
#include "train/validator.hpp"
#include "transforms/resolve_transforms.hpp"

namespace saker {
namespace {

std::shared_ptr<const ValidationTransform> validation_transform(const ModelSource& source) {
  TransformContext context{.default_image_size = source.spec.image_size, .run = {.total_steps = 1}};
  context.stored_image_size = source.spec.image_size;
  context.stored_normalization = source.spec.normalization;
  return std::make_shared<const ValidationTransform>(
      resolve_transforms(
          transform_family(source.spec.model_name, source.build_args), Value(), context)
          .validation);
}

void require_same_classes(const ModelSource& source, const DetectionDataset& data) {
  if (source.spec.classes == data.classes().kept()) return;
  throw Error(ErrorKind::kData,
              fmt::format("the data set has the classes {}, but the model {} has others ({} "
                          "classes); evaluate with the names it was trained with",
                          data.classes().describe_ids(),
                          source.origin,
                          source.spec.classes.size()));
}

EvaluationReport to_report(const Validator::Outcome& outcome, const ClassNames& classes) {
  const CocoResult& m = outcome.metrics;
  EvaluationReport report;
  report.map = m.map;
  report.map_50 = m.map_50;
  report.map_75 = m.map_75;
  report.map_small = m.map_small;
  report.map_medium = m.map_medium;
  report.map_large = m.map_large;
  report.mar_1 = m.mar[0];
  report.mar_10 = m.mar[1];
  report.mar_100 = m.mar[2];
  report.mar_small = m.mar_small;
  report.mar_medium = m.mar_medium;
  report.mar_large = m.mar_large;
  report.images = outcome.images;
  for (const CocoClassResult& result : m.classes) {
    report.per_class.emplace_back(classes[static_cast<std::size_t>(result.label)].second,
                                  result.average_precision);
  }
  return report;
}

// in_input: boxes are in pixels of the network's input, which has the size of the batch.
void append_images(const Batch& batch, bool in_input, std::vector<EvaluatedImage>& images) {
  const auto ratio = [](std::int64_t original, std::int64_t input) {
    return static_cast<double>(original) / static_cast<double>(input);
  };
  for (std::size_t i = 0; i < batch.paths.size(); ++i) {
    EvaluatedImage image{.path = batch.paths[i]};
    if (in_input) {
      image.scale_x = ratio(batch.original_sizes[i].width, batch.size.width);
      image.scale_y = ratio(batch.original_sizes[i].height, batch.size.height);
    }
    images.push_back(std::move(image));
  }
}

}  // namespace

EvaluationReport evaluate(const EvaluateArgs& args) {
  const ResolvedData resolved = resolve_data(args.data);
  ModelSource source = find_model(args.model);
  if (!source.has_weights()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "'{}' names an architecture without weights; give an exported model or a checkpoint",
            args.model));
  }
  const auto data =
      std::make_shared<const DetectionDataset>(read_dataset(resolved.args, args.split));
  require_same_classes(source, *data);
  const Validator validator({data, validation_transform(source), args.batch_size, {}},
                            {.num_workers = resolve_num_workers(args.num_workers, 1)});
  const std::shared_ptr<Detector> detector = load_detector(std::move(source));
  const bool in_input = detector->evaluation_space() == EvaluationSpace::kNetworkInput;
  std::vector<EvaluatedImage> images;
  const Validator::Outcome outcome =
      validator.run(*detector, [&](const ValidationProgress& progress) {
        append_images(progress.labels, in_input, images);
      });
  const ClassNames& classes = detector->spec().classes;
  EvaluationReport report = to_report(outcome, classes);
  add_errors(outcome.evaluation, outcome.metrics, classes, images, args.worst_images, report);
  report.warnings = detector->warnings();
  return report;
}

}  // namespace saker
