// report_samples.h - reports and inspections built by hand: an ordinary image, a clean one, a hostile one, an artifact.
#pragma once

#include "ocitidy/report.h"

namespace ocitidy::test {

/// Every trick at once: terminal sequences (CSI, OSC 52, C1), carriage return, bell, bidi override, markup, a line that
/// a build service would obey, NUL, and bytes that are not UTF-8.
std::string hostile(std::string_view tag);

Report ordinary_report();
Report clean_report();
Report hostile_report();
Report artifact_report();

/// Compared with a base and two images, with a trace, over its budget.
ColdStartReport ordinary_coldstart();
/// Nothing to compare with, content not read.
ColdStartReport unknown_coldstart();
ColdStartReport hostile_coldstart();

Inspection ordinary_inspection();
Inspection hostile_inspection();

}  // namespace ocitidy::test
