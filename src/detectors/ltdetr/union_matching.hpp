// D-FINE's union of the matches of all layers and heads, on which it trains all boxes.
#pragma once

#include <vector>

#include "detectors/ltdetr/matched_pairs.hpp"

namespace saker {

// sets: the matches of several sets of predictions for the same batch. For each image, every query
// that is matched in some set, with the target it is matched to most often; of targets equally
// often matched, the first. Pairs are ordered by how often they occur, most often first, then by
// query and target. A target may have several queries.
// Source: Peng et al., "D-FINE" (its code keeps the same pairs, but among pairs that occur equally
// often in an order that depends on the machine).
BatchPairs union_matches(const std::vector<BatchPairs>& sets);

}  // namespace saker
