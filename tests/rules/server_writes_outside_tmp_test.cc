// Edges of server-writes-outside-tmp and file-logs: each server, found and silenced.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "server-writes-outside-tmp", kLogs = "file-logs";

std::string started(std::string_view command, std::string_view members) {
  return cat("config entrypoint /usr/sbin/", command, "\nbase healthy\nlayer\nfile usr/sbin/",
             command.substr(0, command.find(' ')), " 0755 elf64\n", members);
}

TEST(ServerWritesOutsideTmp, LeavesOtherBuildsOfNextAlone) {
  const std::string next = "base healthy\nlayer\nfile app/.next/BUILD_ID \"x\"\n";
  expect_finds(kRule, next);
  expect_finds(kRule, next + "file app/.next/required-server-files.json \"{\\\"cacheHandler\\\":null}\"\n");
  expect_silent(kRule, next + "file app/.next/required-server-files.json \"{\\\"cacheHandler\\\":\\\"./c.js\\\"}\"\n");
  expect_silent(kRule, next + "symlink app/.next/cache -> /tmp/cache\n");
  expect_finds(kRule, next + "symlink app/.next/cache -> /srv/cache\n");
  expect_silent(kRule, "base healthy\nlayer\nfile app/node_modules/x/.next/BUILD_ID \"x\"\n");
  expect_silent(kRule, "base healthy\nlayer\nfile app/.next/standalone/.next/BUILD_ID \"x\"\n");
}

TEST(ServerWritesOutsideTmp, KnowsRails) {
  const std::string app = "base healthy\nlayer\nfile app/config/application.rb \"x\"\nfile app/config.ru \"x\"\n";
  const std::string bootsnap = "dir usr/local/bundle/gems/bootsnap-1.17.0\n";
  expect_silent(kRule, app);
  expect_finds(kRule, app + bootsnap);
  expect_silent(kRule, app + bootsnap + "dir app/tmp/cache/bootsnap\n");
  expect_silent(kRule, app + bootsnap + "symlink app/tmp -> /tmp\n");
  expect_silent(kRule, "config env BOOTSNAP_CACHE_DIR=/tmp/b\n" + app + bootsnap);
  const std::string puma = "config entrypoint /usr/bin/puma\n" + app + "file usr/bin/puma 0755 elf64\n";
  EXPECT_NE(expect_finds(kRule, puma)[0].message.find("tmp/pids"), std::string::npos);
  expect_silent(kRule, "config env PIDFILE=/tmp/p\n" + puma);
}

TEST(ServerWritesOutsideTmp, KnowsLaravel) {
  const std::string app =
      "base healthy\nlayer\nfile srv/artisan \"x\"\nfile srv/bootstrap/app.php \"x\"\ndir srv/storage\n";
  EXPECT_NE(expect_finds(kRule, app)[0].message.find("lacks packages.php"), std::string::npos);
  const std::string cached =
      app + "file srv/bootstrap/cache/packages.php \"x\"\nfile srv/bootstrap/cache/services.php \"x\"\n";
  EXPECT_EQ(expect_finds(kRule, cached)[0].message.find("lacks packages.php"), std::string::npos);
  expect_silent(kRule, app + "dir srv/vendor/bref/laravel-bridge\n");
  expect_silent(kRule, "base healthy\nlayer\nfile srv/artisan \"x\"\n");
}

TEST(ServerWritesOutsideTmp, KnowsNginx) {
  const auto conf = [](std::string_view text) { return cat("file etc/nginx/nginx.conf \"", text, "\"\n"); };
  EXPECT_NE(expect_finds(kRule, started("nginx", conf("events {}")))[0].message.find("(its default)"),
            std::string::npos);
  expect_silent(kRule, started("nginx", conf("pid /tmp/x;")));
  expect_silent(kRule, started("nginx -g \"pid /tmp/x; daemon off;\"", conf("events {}")));
  expect_silent(kRule, started("node", conf("events {}")));
  expect_silent(kRule, started("nginx", ""));
  expect_finds(kRule, started("nginx -c /app/nginx.conf", conf("pid /tmp/x;") + "file app/nginx.conf \"events {}\"\n"));
  expect_finds(kRule, cat("config entrypoint /run.sh\nbase healthy\nlayer\nfile run.sh 0755 \"#!/bin/sh\\nnginx\\n\"\n"
                          "file bin/sh 0755 elf64\n",
                          conf("events {}")));
}

std::string with_nginx(std::string_view main, std::string_view more = "") {
  return started("nginx", cat("file etc/nginx/nginx.conf \"", main, "\"\n", more));
}

TEST(ServerWritesOutsideTmp, ReadsWhatNginxIncludes) {
  const std::string pid = "file etc/nginx/modules-enabled/a.conf \"pid /tmp/x;\"\n";
  expect_silent(kRule, with_nginx("include /etc/nginx/modules-enabled/*.conf;", pid));
  expect_silent(kRule, with_nginx("include modules-enabled/*.conf;", pid));
  expect_silent(kRule, with_nginx("include modules-enabled/a.conf;", pid));
  expect_finds(kRule, with_nginx("#include modules-enabled/a.conf;", pid));
  expect_finds(kRule, with_nginx("include modules-enabled/b*.conf; include conf.d/*.conf; include mime.types;", pid));
  const std::vector<Finding> findings = expect_finds(
      kRule, with_nginx("include modules-enabled/*;", "file etc/nginx/modules-enabled/b.conf \"pid /x;\"\n"));
  EXPECT_EQ(findings[0].where[0].path, "etc/nginx/modules-enabled/b.conf");
  // By way of a link, and of a second file.
  expect_silent(kRule, with_nginx("include sites-enabled/*;",
                                  "file etc/nginx/sites-available/d \"include modules-enabled/a.conf;\"\n"
                                  "symlink etc/nginx/sites-enabled/d -> ../sites-available/d\n" +
                                      pid));
  // Files that include each other.
  expect_finds(kRule, with_nginx("include nginx.conf; include conf.d/*.conf;",
                                 "file etc/nginx/conf.d/a.conf \"include conf.d/*.conf; include nginx.conf;\"\n"));
}

TEST(ServerWritesOutsideTmp, SaysNothingOfWhatMayStandInAFileThatIsNotRead) {
  for (const std::string_view include : {"/srv/x", "/gone.conf", "/etc/*/x.conf", "modules-enabled/[a].conf", "conf.d"})
    expect_silent(kRule,
                  with_nginx(cat("include ", include, ";"), "file srv/x \"pid /tmp/x;\"\ndir etc/nginx/conf.d\n"));
  expect_finds(kRule, with_nginx("include /srv/x; pid /run/x;", "file srv/x \"\"\n"));
  std::string masks;
  for (int i = 0; i < 20; ++i) masks += cat("include conf.d/", i, "*.conf;");
  expect_silent(kRule, with_nginx(masks));
}

TEST(ServerWritesOutsideTmp, KnowsTheFoldersThatNginxMakes) {
  const auto conf = [](std::string_view text) { return cat("pid /tmp/x; http { ", text, " }"); };
  const std::string found = expect_finds(kRule, with_nginx(conf("proxy_temp_path /var/x/proxy 1 2;"))).at(0).message;
  EXPECT_EQ(found.find("nginx makes '/var/x/proxy' when it starts, as proxy_temp_path says"), 0u) << found;
  expect_silent(kRule, with_nginx(conf("proxy_temp_path /tmp/x;")));
  expect_silent(kRule, with_nginx(conf("proxy_temp_path x;")));
  expect_silent(kRule, with_nginx(conf("proxy_temp_path /var/x;"), "dir var/x\n"));
  expect_silent(kRule, with_nginx(conf("proxy_temp_path /var/x;"), "symlink var/x -> /tmp/x\n"));
  const std::vector<Finding> findings = expect_finds(
      kRule,
      with_nginx(conf("include conf.d/*.conf;"), "file etc/nginx/conf.d/a.conf \"client_body_temp_path /x;\"\n"));
  EXPECT_EQ(findings[0].where[0].path, "etc/nginx/conf.d/a.conf");
}

TEST(ServerWritesOutsideTmp, KnowsTheFolderThatNginxWasBuiltToMake) {
  const auto image = [](std::string_view main, std::string_view more = "") {
    return cat("config entrypoint /usr/sbin/nginx\nbase healthy\nlayer\nfile usr/sbin/nginx 0755 \"\\x7f",
               "ELF --http-client-body-temp-path=/var/cache/nginx/client_temp --x\"\nfile etc/nginx/nginx.conf \"",
               main, "\"\n", more);
  };
  const std::string found = expect_finds(kRule, image("pid /tmp/x; http { }")).at(0).message;
  EXPECT_EQ(found.find("nginx makes '/var/cache/nginx/client_temp' when it starts, as it was built to"), 0u) << found;
  expect_silent(kRule, image("pid /tmp/x; http { client_body_temp_path /tmp/c; }"));
  expect_silent(kRule, image("pid /tmp/x; http { include conf.d/a.conf; }",
                             "file etc/nginx/conf.d/a.conf \"client_body_temp_path /tmp/c;\"\n"));
  expect_silent(kRule, image("pid /tmp/x; http { include /srv/x; }"));
  expect_silent(kRule, image("pid /tmp/x; stream { }"));
  expect_silent(kRule, image("pid /tmp/x; http { }", "dir var/cache/nginx/client_temp\n"));
  expect_silent(kRule, image("pid /tmp/x; http { }", "symlink var/cache/nginx -> /tmp\n"));
  expect_silent(kRule, with_nginx("pid /tmp/x; http { }"));
  const auto built = [](std::string_view path) {
    return cat("config entrypoint /usr/sbin/nginx\nbase healthy\nlayer\nfile usr/sbin/nginx 0755 \"\\x7f",
               "ELF --http-client-body-temp-path=", path,
               " --x\"\nfile etc/nginx/nginx.conf \"pid /tmp/x; http { }\"\n");
  };
  expect_finds(kRule, built("/var/lib/nginx/body"));
  expect_finds(kRule, built("/var/lib/nginx/tmp/client_body"));
  expect_silent(kRule, built("/srv/body"));
  expect_silent(kRule, built("/var/lib/nginx/body_temp"));
  expect_silent(kRule, built("/var/lib/nginx/tmp/client_body") + "dir var/lib/nginx/tmp/client_body\n");
}

TEST(FileLogs, ReadsWhatNginxIncludes) {
  const std::vector<Finding> findings =
      expect_finds(kLogs, with_nginx("http { include conf.d/*.conf; }",
                                     "file etc/nginx/conf.d/a.conf \"access_log /var/log/a;\"\n"
                                     "file etc/nginx/conf.d/b.conf \"access_log /dev/stdout;\"\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].path, "etc/nginx/conf.d/a.conf");
}

TEST(ServerWritesOutsideTmp, KnowsPhpFpm) {
  const auto conf = [](std::string_view text) {
    return cat("file usr/local/etc/php-fpm.conf \"[global]\\n", text, "\"\n");
  };
  EXPECT_NE(expect_finds(kRule, started("php-fpm8.2", conf("")))[0].message.find("the default"), std::string::npos);
  expect_silent(kRule, started("php-fpm", conf("error_log = /proc/self/fd/2\\n;pid = /run/x")));
  EXPECT_EQ(expect_finds(kRule, started("php-fpm", conf("error_log = /var/log/x\\npid = /run/x"))).size(), 2u);
  expect_silent(
      kRule, started("php-fpm", conf("") + "file usr/local/etc/php-fpm.d/docker.conf \"error_log = /dev/stderr\"\n"));
  expect_silent(kRule, started("node", conf("")));
}

TEST(ServerWritesOutsideTmp, SaysWhatItCannotJudge) {
  expect_not_applicable(kRule, "artifact application/x");
  expect_silent(kRule, "base none");
}

TEST(FileLogs, KnowsApache) {
  const auto conf = [](std::string_view text) { return cat("file etc/apache2/apache2.conf \"", text, "\"\n"); };
  const std::vector<Finding> findings =
      expect_finds(kLogs, started("apache2", conf("ErrorLog ${APACHE_LOG_DIR}/error.log\\nCustomLog /dev/stdout x")));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("'/var/log/apache2/error.log'"), std::string::npos) << findings[0].message;
  expect_silent(
      kLogs, "config env APACHE_LOG_DIR=/tmp/log\n" + started("apache2", conf("ErrorLog ${APACHE_LOG_DIR}/error.log")));
  expect_silent(kLogs, started("node", conf("ErrorLog /x")));
}

TEST(FileLogs, KnowsJavaLogging) {
  const auto file = [](std::string_view path) {
    return cat("base healthy\nlayer\nfile ", path, " \"RollingFileAppender\"\n");
  };
  expect_finds(kLogs, file("var/task/logback-prod.xml"));
  expect_finds(kLogs, file("opt/log4j.properties"));
  expect_silent(kLogs, file("usr/share/log4j.properties"));
  expect_silent(kLogs, file("var/task/mylogback.xml"));
  expect_not_applicable(kLogs, "artifact application/x");
}

}  // namespace
}  // namespace ocitidy::test
