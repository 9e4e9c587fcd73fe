// Values out of configuration files of servers, as people really write them.
#include "formats/server_settings.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

using Values = std::vector<std::string>;

TEST(ServerSettings, ReadsNginx) {
  constexpr std::string_view kText =
      "user nginx;\npid        /run/nginx.pid; # pid /tmp/x;\n#pid /tmp/y;\nevents { }\n"
      "http { access_log \"/var/log/a\" main; server { access_log off; } pidx /z; }";
  EXPECT_EQ(nginx_values(kText, "pid"), Values{"/run/nginx.pid"});
  EXPECT_EQ(nginx_values(kText, "access_log"), (Values{"/var/log/a", "off"}));
  EXPECT_EQ(nginx_values(kText, "error_log"), Values{});
  EXPECT_EQ(nginx_values("pid", "pid"), Values{""});
  EXPECT_EQ(nginx_values("", "pid"), Values{});
}

TEST(ServerSettings, ReadsIni) {
  constexpr std::string_view kText =
      "[global]\r\n;pid = run/a\n pid=/b \r\nerror_log = \"/proc/self/fd/2\"\npid = /c\n";
  EXPECT_EQ(ini_value(kText, "pid"), "/c");
  EXPECT_EQ(ini_value(kText, "error_log"), "/proc/self/fd/2");
  EXPECT_EQ(ini_value(kText, "user"), std::nullopt);
}

TEST(ServerSettings, ReadsApache) {
  constexpr std::string_view kText =
      "  errorlog ${APACHE_LOG_DIR}/error.log\n# ErrorLog /x\nCustomLog \"/a b\" combined\n";
  EXPECT_EQ(apache_values(kText, "ErrorLog"), Values{"${APACHE_LOG_DIR}/error.log"});
  EXPECT_EQ(apache_values(kText, "CustomLog"), Values{"/a b"});
  EXPECT_EQ(apache_values("CustomLog \"", "CustomLog"), Values{""});
}

TEST(ServerSettings, KeepsToItsBound) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "pid /x;\n";
  EXPECT_EQ(nginx_values(text, "pid").size(), 64u);
}

}  // namespace
}  // namespace ocitidy
