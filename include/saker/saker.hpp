// Everything that a program needs: training, models, predictions, images, errors.
#pragma once

#include "saker/detections.hpp"
#include "saker/error.hpp"
#include "saker/image.hpp"
#include "saker/model.hpp"
#include "saker/train.hpp"
#include "saker/value.hpp"
