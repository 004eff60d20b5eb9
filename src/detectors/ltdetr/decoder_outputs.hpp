// What LTDETR's decoders take and give while training, and what they give in prediction.
//
// B images, Q queries, K classes, N denoising queries, L decoder layers. All tensors float32 (also
// under autocast) unless stated.
#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

namespace saker {

// Noised copies of the targets, decoded beside the queries with a fixed matching. N may be 0 (a
// batch without targets).
struct DenoisingQueries {
  torch::Tensor classes;           // [B, N] int64, indices of the outputs; K: padding
  torch::Tensor reference_logits;  // [B, N, 4] boxes cxcywh, before the sigmoid
  // [N + Q, N + Q] bool, true: the row's query does not see the column's. Denoising queries come
  // first.
  torch::Tensor attention_mask;
};

// Predictions of one decoder layer for one part of its queries.
struct LayerOutputs {
  torch::Tensor logits;  // [B, Q, K]
  torch::Tensor boxes;   // [B, Q, 4] cxcywh, fractions of the image
  // D-FINE: [B, Q, 4 * (reg_max + 1)], logits of the distances of the left, top, right and bottom
  // edge, summed over the layers so far. Undefined otherwise.
  torch::Tensor corners;
};

// The queries of the image, or the denoising queries (Q is N then).
struct DecoderPart {
  std::vector<LayerOutputs> layers;  // L, first layer first; the last one is the prediction
  // D-FINE alone: the box head and scores before the first refinement, without corners.
  std::optional<LayerOutputs> pre;
  // D-FINE alone: [B, Q, 4] cxcywh, the boxes that all corners refer to; detached.
  torch::Tensor reference_boxes;
};

struct DecoderOutputs {
  DecoderPart matching;
  std::optional<DecoderPart> denoising;  // present if denoising queries were given
  LayerOutputs encoder;                  // proposals: the selected tokens' own logits and boxes
  torch::Tensor query_index;             // [B, Q] int64, the selected tokens, best first
};

struct DecoderPrediction {
  torch::Tensor logits;       // [B, Q, K]
  torch::Tensor boxes;        // [B, Q, 4] cxcywh, fractions of the image
  torch::Tensor query_index;  // [B, Q] int64, the selected tokens, best first
};

}  // namespace saker
