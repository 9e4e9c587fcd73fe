// real_rpm_database.h - testdata/rpmdb.sqlite.gz, unpacked: the packages "tiny" and "other".
#pragma once

#include <string>

namespace ocitidy::test {

std::string real_rpm_database();

}  // namespace ocitidy::test
