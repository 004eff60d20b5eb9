#include "detectors/ltdetr/decoder.hpp"

#include "detectors/ltdetr/decoder_initialization.hpp"
#include "detectors/ltdetr/dfine_decoder.hpp"
#include "detectors/ltdetr/rtdetrv2_decoder.hpp"

namespace saker {

std::shared_ptr<Decoder> make_decoder(const DecoderConfig& config,
                                      std::int64_t classes,
                                      std::optional<std::uint64_t> seed) {
  std::shared_ptr<Decoder> decoder;
  if (config.kind == DecoderKind::kDfine) {
    decoder = std::make_shared<DfineDecoder>(config, classes);
  } else {
    decoder = std::make_shared<RtdetrV2Decoder>(config, classes);
  }
  if (seed) initialize_decoder(*decoder, config, *seed);
  return decoder;
}

}  // namespace saker
