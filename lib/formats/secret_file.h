// secret_file.h - the files in which programs keep credentials, by name, and what one of them holds.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "formats/secret.h"
#include "ocitidy/rule.h"

namespace ocitidy {

inline constexpr std::uint32_t kSecretFileBytes = 16 << 10;

/// The heads that secret_in_file() wants to see. Keystores (*.p12, *.jks) are left out: they need a password.
inline constexpr auto kSecretFiles = std::to_array<ContentQuery>({
    {"**/*.key", kSecretFileBytes},
    {"**/*.p8", kSecretFileBytes},
    {"**/*.pem", kSecretFileBytes},
    {"**/*.ppk", kSecretFileBytes},
    {"**/*service-account*.json", kSecretFileBytes},
    {"**/*service_account*.json", kSecretFileBytes},
    {"**/.aws/credentials", kSecretFileBytes},
    {"**/.composer/auth.json", kSecretFileBytes},
    {"**/.docker/config.json", kSecretFileBytes},
    {"**/.dockercfg", kSecretFileBytes},
    {"**/.env", kSecretFileBytes},
    {"**/.env.*", kSecretFileBytes},
    {"**/.git-credentials", kSecretFileBytes},
    {"**/.git/config", kSecretFileBytes},
    {"**/.kube/config", kSecretFileBytes},
    {"**/.netrc", kSecretFileBytes},
    {"**/.npmrc", kSecretFileBytes},
    {"**/.pgpass", kSecretFileBytes},
    {"**/.pypirc", kSecretFileBytes},
    {"**/.s3cfg", kSecretFileBytes},
    {"**/.ssh/*", kSecretFileBytes},
    {"**/.yarnrc.yml", kSecretFileBytes},
    {"**/_netrc", kSecretFileBytes},
    {"**/application_default_credentials.json", kSecretFileBytes},
    {"**/credentials.json", kSecretFileBytes},
    {"**/credentials.tfrc.json", kSecretFileBytes},
    {"**/gh/hosts.yml", kSecretFileBytes},
    {"**/id_dsa", kSecretFileBytes},
    {"**/id_ecdsa", kSecretFileBytes},
    {"**/id_ed25519", kSecretFileBytes},
    {"**/id_rsa", kSecretFileBytes},
    {"**/kubeconfig", kSecretFileBytes},
    {"**/pip.conf", kSecretFileBytes},
    {"etc/ssh/ssh_host_*_key", kSecretFileBytes},
});

/// May a file of this path be one of kSecretFiles? Cheap; says yes a little too often.
bool may_hold_secret(std::string_view path);

/// The first credential in the head of a file; none when it holds none, or is no file of this kind.
std::optional<Secret> secret_in_file(std::string_view path, std::string_view head);

}  // namespace ocitidy
