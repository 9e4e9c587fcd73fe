// grammar.h - the forms that the image-spec gives to strings: media types, digests, URIs, dates, names.
#pragma once

#include <string_view>

namespace ocitidy {

/// RFC 6838, section 4.2, as the image-spec's schemas spell it: two restricted names of 1 to 127 bytes.
bool is_media_type(std::string_view text);

/// What a digest MUST be and `text` is not; "" when it is one. An algorithm that is not registered has any encoding.
/// Source: image-spec descriptor.md#digests.
std::string_view digest_fault(std::string_view text);

/// RFC 3986: a scheme, and only characters that a URI may hold.
bool is_uri(std::string_view text);
/// The scheme, in the case in which it is written; "" when there is none.
std::string_view uri_scheme(std::string_view text);

/// RFC 3339, section 5.6: "2015-10-31T22:22:56.015925234Z", with a day that there is.
bool is_date_time(std::string_view text);

/// A word with a dot in the middle: "com.example.key".
bool is_reverse_domain(std::string_view text);

/// Source: image-spec annotations.md, grammar of org.opencontainers.image.ref.name.
bool is_reference_name(std::string_view text);

/// "8080", "8080/tcp", "53/udp", "9/sctp".
bool is_port(std::string_view text);

/// "SIGTERM", "SIGRTMIN+3".
bool is_signal_name(std::string_view text);

/// "v8", "v9.2": the form of all variants that the image-spec lists for arm, arm64 and amd64.
bool is_numbered_variant(std::string_view text);

/// Values that the Go language knows for GOOS and GOARCH. Source: go doc/install/source#environment (Go 1.25).
bool is_known_os(std::string_view text);
bool is_known_architecture(std::string_view text);

}  // namespace ocitidy
