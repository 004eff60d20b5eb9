// The configurations of the encoders and decoders in LTDETR's golden files, by their tags there.
#pragma once

#include <string>

#include "detectors/ltdetr/ltdetr_config.hpp"

namespace saker::test {

// "vitt16", "convnext-tiny", "vits14-noreg".
HybridEncoderConfig golden_encoder_config(const std::string& tag);

// "rtdetrv2-vitt16", "rtdetrv2-noreg", "dfine-vitt", "dfine-convnext-large"; the boxes trained are
// the reference's.
DecoderConfig golden_decoder_config(const std::string& tag);

}  // namespace saker::test
