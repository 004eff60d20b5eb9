#include "detectors/picodet/recipe.hpp"

#include <optional>
#include <string>
#include <utility>

#include "detectors/backbone_file.hpp"
#include "detectors/load_weights.hpp"
#include "detectors/picodet/criterion.hpp"
#include "detectors/picodet/picodet.hpp"
#include "detectors/picodet/warmup_cosine_schedule.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kSteps = 90000;
constexpr std::int64_t kBatchSize = 80;

struct PicoDetTrainingSettings {
  std::optional<std::string> backbone_weights;
  double lr = 0.1;
  double momentum = 0.9;
  double weight_decay = 4e-5;
  bool backbone_freeze = false;
  std::int64_t lr_warmup_steps = 300;
  double warmup_ratio = 0.1;
  PicoDetLossWeights loss;
  double ema_momentum = 0.9998;
  std::int64_t ema_warmup_steps = 2000;
};

PicoDetTrainingSettings read_settings(const Value& model_args, SettingsProblems& problems) {
  PicoDetTrainingSettings settings;
  SettingsReader reader(model_args, "model_args", problems);
  reader.read({"backbone_weights", "file with weights for the backbone"},
              settings.backbone_weights);
  reader.read({"lr", "learning rate at 80 images a step, times images a step / 80"},
              settings.lr,
              more_than(0));
  reader.read({"momentum", "of SGD"}, settings.momentum, between(0, 1));
  reader.read({"weight_decay", "of convolution weights"}, settings.weight_decay, at_least(0));
  reader.read({"backbone_freeze", "keep the backbone as it is"}, settings.backbone_freeze);
  reader.read({"lr_warmup_steps", "steps in which the learning rate grows linearly"},
              settings.lr_warmup_steps,
              at_least(0));
  reader.read({"warmup_ratio", "of the reference, where it has no effect either"},
              settings.warmup_ratio);
  reader.read({"loss_vfl_weight", "weight of the varifocal loss"}, settings.loss.vfl, at_least(0));
  reader.read(
      {"loss_giou_weight", "weight of the generalized IoU loss"}, settings.loss.giou, at_least(0));
  reader.read(
      {"loss_dfl_weight", "weight of the distribution focal loss"}, settings.loss.dfl, at_least(0));
  reader.read({"loss_o2o_dfl_weight", "the same, of the one-to-one head"},
              settings.loss.o2o_dfl,
              at_least(0));
  reader.read({"simota_center_radius", "reach of a box's centre in SimOTA, strides"},
              settings.loss.simota.center_radius,
              more_than(0));
  reader.read({"simota_candidate_topk", "most overlapping anchors that vote on how many match"},
              settings.loss.simota.candidate_topk,
              at_least(1));
  reader.read({"simota_iou_weight", "weight of the overlap in SimOTA's cost"},
              settings.loss.simota.iou_weight,
              at_least(0));
  reader.read({"ema_momentum", "share of the old average that each step keeps in the end"},
              settings.ema_momentum,
              between(0, 1));
  reader.read({"ema_warmup_steps", "steps in which the momentum grows; 0 or less: at once"},
              settings.ema_warmup_steps);
  reader.finish();
  return settings;
}

PicoDet& picodet_of(Detector& detector) {
  PicoDet* picodet = dynamic_cast<PicoDet*>(&detector);
  if (picodet == nullptr)
    throw Error(ErrorKind::kInternal, "PicoDet's recipe got another detector");
  return *picodet;
}

class PicoDetRecipe final : public Recipe {
 public:
  explicit PicoDetRecipe(PicoDetTrainingSettings settings) : settings_(std::move(settings)) {}

  std::int64_t default_steps() const override { return kSteps; }
  std::int64_t default_batch_size() const override { return kBatchSize; }

  double learning_rate(std::int64_t effective_batch_size) const override {
    return settings_.lr * static_cast<double>(effective_batch_size) /
           static_cast<double>(kBatchSize);
  }

  std::unique_ptr<LearningRateSchedule> schedule(const RunLength& run) const override {
    return std::make_unique<WarmupCosineSchedule>(settings_.lr_warmup_steps, run.total_steps);
  }

  OptimizerSettings optimizer() const override {
    return SgdSettings{.momentum = settings_.momentum};
  }
  // Its convolutions have float32 kernels of our own.
  bool gains_from_bfloat16_on_cpu() const override { return false; }
  std::optional<EmaSettings> ema() const override {
    return EmaSettings{.momentum = settings_.ema_momentum,
                       .warmup_steps = static_cast<double>(settings_.ema_warmup_steps)};
  }
  std::optional<ClipSettings> clip() const override { return std::nullopt; }

  // Frozen parameters stay in their group, so that checkpoints always list the same keys.
  std::vector<ParameterGroup> parameter_groups(const Detector& detector) const override {
    ParameterGroup decayed, plain;
    decayed.name = "params";
    decayed.weight_decay = settings_.weight_decay;
    plain.name = "params_no_weight_decay";
    for (const auto& item : detector.named_parameters()) {
      ParameterGroup& group = item.value().dim() == 4 ? decayed : plain;
      group.keys.push_back(item.key());
      group.parameters.push_back(item.value());
    }
    return {decayed, plain};
  }

  void prepare_for_training(Detector& detector) const override {
    PicoDet& picodet = picodet_of(detector);
    picodet.set_loss_weights(settings_.loss);
    picodet.set_backbone_frozen(settings_.backbone_freeze);
    picodet.train();
  }

  std::string load_backbone(Detector& detector) const override {
    if (!settings_.backbone_weights) return {};
    const WeightsReport report = load_backbone_weights(
        picodet_of(detector).backbone(), read_backbone_file(*settings_.backbone_weights));
    return "Backbone weights of " + *settings_.backbone_weights + ": " + report.summary();
  }

  std::vector<std::string> warnings(const RunLength&) const override { return {}; }

  Value resolved_model_args(const RunLength&) const override {
    return {{"backbone_weights",
             settings_.backbone_weights ? Value(*settings_.backbone_weights) : Value(nullptr)},
            {"lr", settings_.lr},
            {"momentum", settings_.momentum},
            {"weight_decay", settings_.weight_decay},
            {"backbone_freeze", settings_.backbone_freeze},
            {"lr_warmup_steps", settings_.lr_warmup_steps},
            {"warmup_ratio", settings_.warmup_ratio},
            {"loss_vfl_weight", settings_.loss.vfl},
            {"loss_giou_weight", settings_.loss.giou},
            {"loss_dfl_weight", settings_.loss.dfl},
            {"loss_o2o_dfl_weight", settings_.loss.o2o_dfl},
            {"simota_center_radius", settings_.loss.simota.center_radius},
            {"simota_candidate_topk", settings_.loss.simota.candidate_topk},
            {"simota_iou_weight", settings_.loss.simota.iou_weight},
            {"ema_momentum", settings_.ema_momentum},
            {"ema_warmup_steps", settings_.ema_warmup_steps}};
  }

 private:
  PicoDetTrainingSettings settings_;
};

}  // namespace

std::unique_ptr<Recipe> make_picodet_recipe(const Value& model_args, SettingsProblems& problems) {
  return std::make_unique<PicoDetRecipe>(read_settings(model_args, problems));
}

}  // namespace saker
