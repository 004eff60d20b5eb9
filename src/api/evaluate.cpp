// evaluate(): the same pass over the data as a validation during training.
#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "api/model_source.hpp"
#include "data/data_settings.hpp"
#include "data/read_dataset.hpp"
#include "detectors/transform_family.hpp"
#include "saker/error.hpp"
#include "saker/model.hpp"
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
  EvaluationReport report{.map = m.map,
                          .map_50 = m.map_50,
                          .map_75 = m.map_75,
                          .map_small = m.map_small,
                          .map_medium = m.map_medium,
                          .map_large = m.map_large,
                          .mar_1 = m.mar[0],
                          .mar_10 = m.mar[1],
                          .mar_100 = m.mar[2],
                          .mar_small = m.mar_small,
                          .mar_medium = m.mar_medium,
                          .mar_large = m.mar_large,
                          .per_class = {},
                          .images = outcome.images,
                          .warnings = {}};
  for (const CocoClassResult& result : m.classes) {
    report.per_class.emplace_back(classes[static_cast<std::size_t>(result.label)].second,
                                  result.average_precision);
  }
  return report;
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
  EvaluationReport report = to_report(validator.run(*detector, {}), detector->spec().classes);
  report.warnings = detector->warnings();
  return report;
}

}  // namespace saker
