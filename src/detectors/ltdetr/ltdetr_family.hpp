// LTDETR among the families of detectors.
#pragma once

#include "detectors/detector_family.hpp"

namespace saker {

const DetectorFamily& ltdetr_family();

}  // namespace saker
