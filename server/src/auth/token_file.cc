#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <utility>

#include <openssl/sha.h>

#include "src/auth/authenticator.h"
#include "src/auth/websocket_token.h"

namespace k8snet::server {
namespace {

using Row = std::vector<std::string>;
// Tokens are kept by their digest: a look-up takes no time that tells how much of a token is right,
// and memory holds none.
using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest DigestOf(std::string_view token) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  return digest;
}

// Reads one field from the start of `text`, up to a comma or the end of the line, which stay.
// Errors: kInvalid, quotes are not as RFC 4180 has them.
Result<std::string> ReadField(std::string_view& text) {
  std::string field;
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
    field = text.substr(0, end);
    text.remove_prefix(end);
    if (field.ends_with('\r')) {
      field.pop_back();
    }
    if (field.find('"') != std::string::npos) {
      return Error(Reason::kInvalid, "a bare quote in an unquoted field");
    }
    return field;
  }
  text.remove_prefix(1);
  while (true) {
    const std::size_t quote = text.find('"');
    if (quote == std::string_view::npos) {
      return Error(Reason::kInvalid, "a quoted field does not end");
    }
    field += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (!text.starts_with('"')) {
      break;
    }
    field += '"';
    text.remove_prefix(1);
  }
  if (text.starts_with("\r\n")) {
    text.remove_prefix(1);
  }
  if (!text.empty() && text[0] != ',' && text[0] != '\n') {
    return Error(Reason::kInvalid, "text after a quoted field");
  }
  return field;
}

// Reads the next row that is not an empty line; nothing at the end.
Result<std::optional<Row>> ReadRow(std::string_view& text) {
  while (text.starts_with('\n') || text.starts_with("\r\n")) {
    text.remove_prefix(text[0] == '\n' ? 1 : 2);
  }
  if (text.empty()) {
    return std::optional<Row>();
  }
  Row row;
  while (true) {
    K8SNET_ASSIGN_OR_RETURN(row.emplace_back(), ReadField(text));
    if (!text.starts_with(',')) {
      text.remove_prefix(text.empty() ? 0 : 1);
      return std::optional<Row>(std::move(row));
    }
    text.remove_prefix(1);
  }
}

std::vector<std::string> SplitGroups(std::string_view text) {
  std::vector<std::string> groups;
  while (true) {
    const std::size_t comma = text.find(',');
    groups.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) {
      return groups;
    }
    text.remove_prefix(comma + 1);
  }
}

// Returns the token of an Authorization header, or "" if it has none.
std::string_view BearerToken(std::string_view header) {
  const auto trim = [&] {
    header.remove_prefix(std::min(header.find_first_not_of(" \t"), header.size()));
    header.remove_suffix(header.size() - (header.find_last_not_of(" \t") + 1));
  };
  trim();
  static constexpr std::string_view kScheme = "bearer";
  const std::size_t space = header.find(' ');
  if (space != kScheme.size()) {
    return "";
  }
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if ((header[i] | 0x20) != kScheme[i]) {
      return "";
    }
  }
  header.remove_prefix(space + 1);
  return header.substr(0, header.find(' '));
}

class TokenAuthenticator final : public Authenticator {
 public:
  explicit TokenAuthenticator(std::map<Digest, UserInfo> users) : users_(std::move(users)) {}

  Result<std::optional<UserInfo>> Authenticate(const Request& request) override {
    const std::string* header = request.headers.Find("Authorization");
    Result<std::optional<UserInfo>> user = Find(header == nullptr ? "" : BearerToken(*header));
    if (!request.wants_websocket || (user && *user)) {
      return user;
    }
    K8SNET_ASSIGN_OR_RETURN(const std::string token, WebSocketToken(request));
    return token.empty() ? std::move(user) : Find(token);
  }

 private:
  // Returns nothing for an empty token.
  [[nodiscard]] Result<std::optional<UserInfo>> Find(std::string_view token) const {
    if (token.empty()) {
      return std::optional<UserInfo>();
    }
    const auto found = users_.find(DigestOf(token));
    if (found == users_.end()) {
      return Error(Reason::kUnauthorized, "invalid bearer token");
    }
    return std::optional<UserInfo>(found->second);
  }

  const std::map<Digest, UserInfo> users_;
};

}  // namespace

Result<std::unique_ptr<Authenticator>> NewTokenAuthenticator(std::string_view csv,
                                                             std::string_view name) {
  std::map<Digest, UserInfo> users;
  const std::string prefix = "token file " + std::string(name);
  while (true) {
    Result<std::optional<Row>> row = ReadRow(csv);
    if (!row) {
      return std::move(row).error().Wrap(prefix);
    }
    if (!*row) {
      break;
    }
    Row& fields = **row;
    if (fields.size() < 3) {
      return Error(Reason::kInvalid,
                   prefix + " must have at least 3 columns (token, user name, user uid), found " +
                       std::to_string(fields.size()));
    }
    if (fields[0].empty()) {
      continue;
    }
    UserInfo user;
    user.name = std::move(fields[1]);
    user.uid = std::move(fields[2]);
    if (fields.size() >= 4) {
      user.groups = SplitGroups(fields[3]);
    }
    users[DigestOf(fields[0])] = std::move(user);
  }
  return std::unique_ptr<Authenticator>(std::make_unique<TokenAuthenticator>(std::move(users)));
}

}  // namespace k8snet::server
