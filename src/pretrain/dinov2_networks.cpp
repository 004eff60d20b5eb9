#include "pretrain/dinov2_networks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <string>
#include <utility>

#include "detectors/copy_state.hpp"
#include "nn/moving_average.hpp"
#include "pretrain/layerwise_groups.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr const char* kStudentBackbonePrefix = "student_embedding_model.wrapped_model._model.";
constexpr const char* kDinoCenter = "dino_loss.center";
constexpr const char* kIbotCenter = "ibot_loss.center";

ProjectionHead make_head(std::int64_t width,
                         std::int64_t bottleneck,
                         const Dinov2Settings& settings,
                         std::uint64_t seed,
                         const std::string& prefix) {
  ProjectionHead head(ProjectionHeadOptions{.width = width,
                                            .hidden = settings.hidden_dim,
                                            .bottleneck = bottleneck,
                                            .prototypes = settings.output_dim,
                                            .batch_norm = settings.batch_norm});
  head->initialize(seed, prefix);
  return head;
}

// The modules with the prefixes of their keys.
using Parts = std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>>;

Parts parts_of(const HeadedBackbone& headed,
               const std::string& backbone,
               const std::string& heads) {
  return {{backbone, headed.backbone},
          {heads + "dino_head.", headed.dino_head.ptr()},
          {heads + "ibot_head.", headed.ibot_head.ptr()}};
}

Parts all_parts(const HeadedBackbone& teacher, const HeadedBackbone& student) {
  Parts parts = parts_of(teacher, kTeacherBackbonePrefix, "teacher_head.");
  Parts others = parts_of(student, kStudentBackbonePrefix, "student_head.");
  parts.insert(parts.end(), others.begin(), others.end());
  return parts;
}

void add_floating(std::vector<torch::Tensor>& tensors, const torch::nn::Module& module) {
  for (const torch::Tensor& tensor : module.parameters()) tensors.push_back(tensor);
  for (const torch::Tensor& tensor : module.buffers()) {
    if (tensor.is_floating_point()) tensors.push_back(tensor);
  }
}

std::vector<torch::Tensor> floating_tensors(const HeadedBackbone& headed) {
  std::vector<torch::Tensor> tensors;
  // Of backbones only what is trained: a buffer there is a constant.
  for (const torch::Tensor& tensor : headed.backbone->parameters()) tensors.push_back(tensor);
  add_floating(tensors, *headed.dino_head);
  if (headed.has_separate_heads()) add_floating(tensors, *headed.ibot_head);
  return tensors;
}

}  // namespace

Dinov2Networks::Dinov2Networks(const BackboneConfig& config,
                               std::int64_t channels,
                               const Dinov2Settings& settings,
                               std::uint64_t seed) {
  BackboneConfig without_drop_path = config;
  without_drop_path.drop_path_rate = 0;
  teacher_.backbone = make_maskable_vit(without_drop_path, channels, seed);
  student_.backbone = make_maskable_vit(config, channels, seed);
  for (auto* headed : {&teacher_, &student_}) {
    const std::string name = headed == &teacher_ ? "teacher" : "student";
    register_module(name + "_backbone", headed->backbone);
    headed->dino_head = register_module(
        name + "_dino_head",
        make_head(
            config.width, settings.dino_bottleneck_dim, settings, seed, name + "_head.dino_head."));
    headed->ibot_head = settings.ibot_separate_head
                            ? register_module(name + "_ibot_head",
                                              make_head(config.width,
                                                        settings.ibot_bottleneck_dim,
                                                        settings,
                                                        seed,
                                                        name + "_head.ibot_head."))
                            : headed->dino_head;
  }
  dino_center_ = register_buffer("dino_center", torch::zeros({1, settings.output_dim}));
  ibot_center_ = register_buffer("ibot_center", torch::zeros({1, 1, settings.output_dim}));
  for (const torch::Tensor& tensor : floating_tensors(teacher_)) tensor.requires_grad_(false);
  Dinov2Networks::train();
}

void Dinov2Networks::train(bool on) {
  torch::nn::Module::train(on);
  teacher_.backbone->eval();
  teacher_.dino_head->eval();
  teacher_.ibot_head->eval();
}

void Dinov2Networks::copy_backbone_to_student() {
  load_state_dict(*student_.backbone, collect_state_dict(*teacher_.backbone));
}

void Dinov2Networks::update_teacher(double momentum) {
  move_averages(floating_tensors(teacher_), floating_tensors(student_), momentum);
}

std::vector<ParameterGroup> Dinov2Networks::parameter_groups(const Dinov2Settings& settings,
                                                             double weight_decay) const {
  const BackboneConfig& config = student_.backbone->config();
  // The layers of DINOv3's all learn at one rate.
  const double decay = config.kind == BackboneKind::kDinov2Vit ? settings.layerwise_decay : 1;
  std::vector<NamedModule> heads = {{"dino_head.", student_.dino_head.get()}};
  if (has_separate_heads()) heads.emplace_back("ibot_head.", student_.ibot_head.get());
  return layerwise_groups({"", student_.backbone.get()},
                          heads,
                          {.blocks = config.depth,
                           .decay = decay,
                           .patch_embed = settings.patch_embed_lr_multiplier,
                           .weight_decay = weight_decay});
}

StateDict Dinov2Networks::state() const {
  StateDict state;
  for (const auto& [prefix, module] : all_parts(teacher_, student_)) {
    for (const auto& [name, tensor] : collect_state_dict(*module)) state.add(prefix + name, tensor);
  }
  state.add(kDinoCenter, dino_center_);
  state.add(kIbotCenter, ibot_center_);
  return state;
}

void Dinov2Networks::restore(const StateDict& state) {
  for (const auto& [prefix, module] : all_parts(teacher_, student_))
    load_state_dict(*module, state.below(prefix));
  for (const auto& [name, buffer] :
       {std::pair{kDinoCenter, dino_center_}, std::pair{kIbotCenter, ibot_center_}}) {
    const torch::Tensor* stored = state.find(name);
    if (stored == nullptr || stored->sizes() != buffer.sizes()) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("'{}' is missing or has another shape than [{}]",
                              name,
                              fmt::join(buffer.sizes(), ", ")));
    }
    set_values(buffer, *stored);
  }
}

}  // namespace saker
