// interruptible.h - an image and a writer that fail once a signal was caught, so that a long run ends by the same way
// as after any other error: what it made so far is taken away by those who made it. See SignalKeeper.
#pragma once

#include <memory>

#include "ocitidy/image_writer.h"

namespace ocitidy::cli {

/// Reading fails with Code::io once a signal was caught.
Image interruptible(Image image);

/// All that it does fails with Code::io once a signal was caught; publish() that has begun is carried through.
std::unique_ptr<ImageWriter> interruptible(std::unique_ptr<ImageWriter> writer);

}  // namespace ocitidy::cli
