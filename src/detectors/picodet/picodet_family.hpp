// PicoDet among the families of detectors.
#pragma once

#include "detectors/detector_family.hpp"

namespace saker {

const DetectorFamily& picodet_family();

}  // namespace saker
