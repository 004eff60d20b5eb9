// The networks of a pretraining: the student that is trained, and its teacher.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "backbones/backbone_config.hpp"
#include "backbones/maskable_vit.hpp"
#include "detectors/recipe.hpp"
#include "pretrain/dinov2_settings.hpp"
#include "pretrain/projection_head.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// A backbone with its heads.
struct HeadedBackbone {
  std::shared_ptr<MaskableVit> backbone;
  ProjectionHead dino_head{nullptr};
  ProjectionHead ibot_head{nullptr};  // dino_head itself unless they are separate

  bool has_separate_heads() const { return ibot_head.ptr() != dino_head.ptr(); }
};

// The teacher is in evaluation mode and without gradients at all times; it has no drop path.
class Dinov2Networks : public torch::nn::Module {
 public:
  // config.drop_path_rate: of the student. Weights are initialised from the seed; those of the
  // heads differ between student and teacher. The student's backbone starts as the teacher's.
  Dinov2Networks(const BackboneConfig& config,
                 std::int64_t channels,
                 const Dinov2Settings& settings,
                 std::uint64_t seed);

  HeadedBackbone& student() { return student_; }
  HeadedBackbone& teacher() { return teacher_; }
  const HeadedBackbone& teacher() const { return teacher_; }
  bool has_separate_heads() const { return student_.has_separate_heads(); }
  // [1, K] and [1, 1, K] float32.
  torch::Tensor dino_center() const { return dino_center_; }
  torch::Tensor ibot_center() const { return ibot_center_; }

  // Gives the student the weights of the teacher's backbone, after those were loaded.
  void copy_backbone_to_student();
  // teacher = momentum teacher + (1 - momentum) student, of all parameters, and of the buffers of
  // batch norms.
  void update_teacher(double momentum);

  // Of the student. weight_decay: of those that decay.
  std::vector<ParameterGroup> parameter_groups(const Dinov2Settings& settings,
                                               double weight_decay) const;

  // Everything under the names of the reference's checkpoints: {teacher,
  // student}_embedding_model.wrapped_model._model.*, {teacher, student}_head.{dino_head,
  // ibot_head}.*, {dino, ibot}_loss.center. Heads that are shared stand there twice.
  StateDict state() const;
  // Strict. Throws Error (checkpoint) for names and shapes that do not fit.
  void restore(const StateDict& state);

  void train(bool on = true) override;

 private:
  HeadedBackbone student_, teacher_;
  torch::Tensor dino_center_, ibot_center_;
};

// Before the keys of the teacher's backbone in state().
inline constexpr const char* kTeacherBackbonePrefix =
    "teacher_embedding_model.wrapped_model._model.";

}  // namespace saker
