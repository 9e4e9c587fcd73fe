// Credentials by shape and by name, and all that only looks like one.
#include "formats/secret.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/secret_file.h"

namespace ocitidy {
namespace {

// Written in two pieces where other scanners would take them for real.
const std::string kKeyBody = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n";

std::string pem(std::string_view label, std::string_view body = kKeyBody) {
  return cat("-----BEGIN ", label, "-----\n", body, "-----END ", label, "-----\n");
}

std::string kind_of(std::string_view text) {
  const auto secret = find_token(text);
  return secret ? std::string(secret->kind) : "";
}

TEST(Secret, KnowsShapes) {
  const std::string many = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2";
  EXPECT_EQ(kind_of("ASIAQWERTYUIOP234567"), "AWS access key ID");
  EXPECT_EQ(kind_of(cat("ghp_", many.substr(0, 36))), "GitHub token");
  EXPECT_EQ(kind_of(cat("github_", "pat_", many.substr(0, 40))), "GitHub token");
  EXPECT_EQ(kind_of(cat("glpat", "-", many.substr(0, 20))), "GitLab token");
  EXPECT_EQ(kind_of(cat("xox", "b-1234567890-", many.substr(0, 24))), "Slack token");
  EXPECT_EQ(kind_of(cat("sk_", "live_", many.substr(0, 24))), "Stripe key");
  EXPECT_EQ(kind_of(cat("AI", "za", many.substr(0, 35))), "Google API key");
  EXPECT_EQ(kind_of(cat("SG", ".", many.substr(0, 22), ".", many.substr(0, 43))), "SendGrid key");
  EXPECT_EQ(kind_of(cat("hvs", ".", many.substr(0, 24))), "Vault token");
  EXPECT_EQ(kind_of(cat("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.", many.substr(0, 43))),
            "JSON Web Token");
  EXPECT_EQ(kind_of("see https://ci:p4ss-word@host/x for more"), "password in a URL");
  EXPECT_EQ(kind_of("redis://:p4ss-word@cache:6379/0"), "password in a URL");
}

TEST(Secret, CountsTheCharactersOfAShape) {
  const std::string token = "AKIAQWERTYUIOP234567";
  EXPECT_EQ(kind_of(token.substr(0, 19)), "");
  EXPECT_NE(kind_of(token), "");
  EXPECT_EQ(kind_of(token + "8"), "");
  EXPECT_EQ(kind_of("X" + token), "");
  EXPECT_NE(kind_of("=" + token + "\n"), "");
}

TEST(Secret, SparesWhatOnlyLooksLikeOne) {
  for (const char* text :
       {"", "AKIAIOSFODNN7EXAMPLE", "AKIAABCDEFGHIJKLMNOP", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "npm_config_cache", "https://host:8080/a@b", "https://user@host", "git@host:team/app",
        "https://user:$TOKEN@host", "postgres://postgres:postgres@db", "amqp://guest:guest@mq",
        "https://user:password@host", "://a:bcdef@c", "eyJhbGciOiJIUzI1NiJ9",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"}) {
    EXPECT_EQ(kind_of(text), "") << text;
  }
}

TEST(Secret, GoesByNameAndValue) {
  const auto is_secret = [](std::string_view name, std::string_view value) {
    return find_secret(name, value).has_value();
  };
  for (const char* name : {"PASSWORD", "DB_PASSWORD", "dbPassword", "MYSQL_PWD", "client.secret", "DJANGO_SECRET_KEY",
                           "NPM_TOKEN", "X_API_KEY", "apikey", "AWS_SECRET_ACCESS_KEY", "client-key-data"})
    EXPECT_TRUE(is_secret(name, "b4d0e6f2a8c1")) << name;
  for (const char* name : {"", "GPG_KEY", "PASSWORD_FILE", "TOKEN_URL", "SECRET_NAME", "CACHE_KEY", "MAX_TOKEN",
                           "PUBLIC_TOKEN", "PWD", "PYTHON_SHA256", "TOKENS", "broken", "PAD_TOKEN"})
    EXPECT_FALSE(is_secret(name, "b4d0e6f2a8c1")) << name;
  for (const char* value : {"",
                            "\"\"",
                            "abc",
                            "true",
                            "None",
                            "changeme",
                            "change-me-now",
                            "${X}",
                            "$(cat x)",
                            "<yours>",
                            "{{ x }}",
                            "/run/secrets/x",
                            "./x",
                            "~/x",
                            "arn:aws:x",
                            "ssm:/prod/x",
                            "https://host/token",
                            "two words",
                            "aaaaaaaa",
                            "1234567",
                            "password",
                            "my-dummy-pw",
                            "%(env)s"})
    EXPECT_FALSE(is_secret("PASSWORD", value)) << value;
  EXPECT_TRUE(is_secret("PASSWORD", "abcd"));
  EXPECT_FALSE(is_secret("TOKEN", "abcdefg"));
  EXPECT_TRUE(is_secret("TOKEN", "abcdefgh"));
  EXPECT_TRUE(is_secret("PASSWORD", "12345678"));
}

TEST(Secret, ShowsLittle) {
  const auto shown = [](std::string_view value) { return describe(*find_secret("PASSWORD", value)); };
  EXPECT_EQ(shown("123456789012345"), "literal value (15 bytes)");
  EXPECT_EQ(shown("1234567890123456"), "literal value (16 bytes, begins with '1234')");
  EXPECT_EQ(shown("\x1b[31m7890123456"), "literal value (15 bytes)");
  EXPECT_EQ(shown("\x1b[31m78901234567"), "literal value (16 bytes, begins with '\\x1b[31')");
}

TEST(Secret, ReadsCommands) {
  const auto found = [](std::string_view command) {
    std::string names;
    for (const Secret& secret : secrets_in_command(command, 3)) names += cat(secret.name, ":", secret.size_bytes, " ");
    return names;
  };
  EXPECT_EQ(found("RUN |2 A_TOKEN=12345678 B=1 /bin/sh -c x"), "A_TOKEN:8 ");
  EXPECT_EQ(found("export A_TOKEN=\"12345678\";B_SECRET='1234 5678'&&c --d-password=1234567890"),
            "A_TOKEN:8 d-password:10 ");
  EXPECT_EQ(found("A_TOKEN=\"12345678"), "A_TOKEN:9 ");
  EXPECT_EQ(found("A_TOKEN=$(cat /x) B_TOKEN= C_TOKEN"), "");
  EXPECT_EQ(found("A_TOKEN=11111112 B_TOKEN=11111113 C_TOKEN=11111114 D_TOKEN=11111115"),
            "A_TOKEN:8 B_TOKEN:8 C_TOKEN:8 ");
  EXPECT_EQ(found("curl -H \"Authorization: Bearer AKIAQWERTYUIOP234567\""), ":20 ");
  EXPECT_EQ(found("echo '" + pem("RSA PRIVATE KEY") + "' > k"), ":64 ");
}

TEST(Secret, MasksCommands) {
  EXPECT_EQ(without_secrets("RUN |2 A_TOKEN=12345678 B=1 /bin/sh -c x && y"),
            "RUN |2 A_TOKEN=*** B=1 /bin/sh -c x && y");
  EXPECT_EQ(without_secrets("c --d-password='1234 567890'; e \"AKIAQWERTYUIOP234567\""),
            "c --d-password='1234 567890'; e \"***\"");
  EXPECT_EQ(without_secrets("c --d-password='1234567890'"), "c --d-password=***");
  EXPECT_EQ(without_secrets("pip install -i https://u:p4ss@h/x y"), "pip install -i *** y");
  EXPECT_EQ(without_secrets("echo '" + pem("RSA PRIVATE KEY") + "' > k"), "echo '***");
  for (const char* harmless : {"", " ", "RUN a=$(b) && c \"d\" | e", "A=\"", "A_TOKEN="})
    EXPECT_EQ(without_secrets(harmless), harmless);
}

/// Texts that are nothing but starts of tokens.
TEST(Secret, CostsLinearTime) {
  for (const char* start :
       {"-eyJ", ".eyJ", "-----BEGIN PRIVATE KEY-----xxxx", "x://", "x://a:b", " AKIA", "sk-ant-", "A=\"", "-"}) {
    std::string text;
    while (text.size() < (1 << 18)) text += start;
    EXPECT_LE(secrets_in_command(text, 2).size(), 2u) << start;  // a quadratic search would take minutes
    find_token(text);
  }
}

TEST(Secret, TellsPrivateKeysApart) {
  EXPECT_FALSE(find_private_key(pem("RSA PRIVATE KEY"))->encrypted);
  EXPECT_FALSE(find_private_key(pem("CERTIFICATE") + pem("EC PRIVATE KEY"))->encrypted);
  EXPECT_TRUE(find_private_key(pem("ENCRYPTED PRIVATE KEY"))->encrypted);
  EXPECT_TRUE(find_private_key(pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\n" + kKeyBody))->encrypted);
  EXPECT_TRUE(
      find_private_key(pem("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDJ"))
          ->encrypted);
  EXPECT_FALSE(find_private_key(pem("PUBLIC KEY")));
  EXPECT_FALSE(find_private_key("-----BEGIN PRIVATE KEY"));
  EXPECT_FALSE(find_private_key("-----BEGIN PRIVATE KEY-----"));
  EXPECT_FALSE(find_private_key(pem("PRIVATE KEY", "too short")));
}

TEST(SecretFile, ReadsEachSyntax) {
  const auto held = [](std::string_view path, std::string_view head) {
    const auto secret = secret_in_file(path, head);
    return secret ? cat(secret->name, "|", secret->kind) : std::string();
  };
  EXPECT_EQ(held("root/.ssh/deploy", pem("RSA PRIVATE KEY")), "|private key");
  EXPECT_EQ(held("a/k.ppk", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"), "|private key");
  EXPECT_EQ(held("a/k.ppk", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: aes256-cbc\n"), "|encrypted private key");
  EXPECT_EQ(held(".env", "#X_TOKEN=12345678\n; y\n X_TOKEN = 'abcdefgh' \n"), "X_TOKEN|literal value");
  EXPECT_EQ(held("root/.kube/config", "users:\n- user:\n    token: abcdefghijkl\n"), "token|literal value");
  EXPECT_EQ(held("x/credentials.json", "{\"private_key\": \"" + pem("PRIVATE KEY") + "\"}"), "|private key");
  EXPECT_EQ(held("x/.composer/auth.json", "{\"http-basic\": {\"h\": {\"username\": \"u\", \"password\": \"abcd1\"}}}"),
            "password|literal value");
  EXPECT_EQ(held("root/_netrc", "default login x\npassword\nabcd1"), "password|literal value");
  EXPECT_EQ(held("root/.pgpass", "#h:1:d:u:abcd1\nh:1:d:u:abcd2"), "password|literal value");
  EXPECT_EQ(held("etc/pip.conf", "index-url = https://u:abcd1@h/simple?a=b"), "index-url|password in a URL");
  EXPECT_EQ(held("x/.npmrc", "//h/:_auth=dXNlcjpwYXNz"), "_auth|literal value");
  for (const char* path : {"x/.env.example", "x/.env.sample", "x/settings.py", "x/id_rsa.pub", "x/env", ""})
    EXPECT_EQ(held(path, "X_TOKEN=abcdefgh\n"), "") << path;
  EXPECT_EQ(held("root/.kube/config", "users:\n- user:\n    token:\n"), "");
  EXPECT_EQ(held("root/.netrc", "machine h login u password"), "");
}

/// A file that the rules ask for and do not know, or know and do not ask for, is never found.
TEST(SecretFile, KnowsWhatItAsksFor) {
  for (const ContentQuery& query : kSecretFiles) {
    std::string path;
    std::string_view glob = query.glob;
    if (glob.starts_with("**/")) glob.remove_prefix(3);
    for (const char c : glob) path += c == '*' ? std::string("x") : std::string(1, c);
    EXPECT_TRUE(glob_matches(query.glob, path)) << path;
    EXPECT_TRUE(may_hold_secret(path)) << path;
  }
  EXPECT_FALSE(may_hold_secret("usr/lib/libc.so.6"));
}

}  // namespace
}  // namespace ocitidy
