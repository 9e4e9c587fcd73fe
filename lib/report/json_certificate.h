// json_certificate.h - the members that a certificate shares with what is found when it is checked.
#pragma once

#include "report/json_writer.h"

namespace ocitidy {

/// "inputManifest" ... "env"; what the tool was is not among them.
void write_certificate_members(JsonWriter& json, const Certificate& certificate);

}  // namespace ocitidy
