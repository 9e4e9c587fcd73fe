// optimize_samples.h - what optimize() and verify() give back, built by hand: done, only planned, hostile.
#pragma once

#include "ocitidy/report.h"

namespace ocitidy::test {

/// Equal trees: a merged layer, one bit for bit, passes that did much, nothing, or do not apply.
OptimizeReport ordinary_optimize_report();
/// Paths removed, added and changed, a variable set, a layer left out, more bytes than before.
OptimizeReport changed_optimize_report();
OptimizeReport planned_optimize_report();
OptimizeReport hostile_optimize_report();

Certificate changed_certificate();
Certificate hostile_certificate();

Verification equal_verification();
Verification certified_verification();
Verification hostile_verification();

}  // namespace ocitidy::test
