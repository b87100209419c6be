// The query of a request's target.
#ifndef K8SNET_SERVER_SRC_QUERY_H_
#define K8SNET_SERVER_SRC_QUERY_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k8snet::server {

// Returns `text` with its percent-encodings decoded, and '+' as space if `plus_is_space`; or false
// and nothing of use if an encoding is malformed.
// Source: golang/go src/net/url/url.go, unescape.
[[nodiscard]] std::pair<std::string, bool> PercentDecode(std::string_view text, bool plus_is_space);

// Parameters by key, in the order they were sent; a key may repeat. A pair that holds a semicolon
// or a malformed encoding is dropped, the others stay. Source: golang/go src/net/url/url.go,
// parseQuery. Thread-safe: immutable once constructed.
class Query {
 public:
  Query() = default;
  // `text` is what follows '?' in the target.
  explicit Query(std::string_view text);

  // Returns the first value of `key`, or null. Lifetime: that of the query.
  [[nodiscard]] const std::string* Find(std::string_view key) const;
  // Returns the first value of `key`, or "".
  [[nodiscard]] std::string_view Get(std::string_view key) const;
  // Returns all values of `key` in order.
  [[nodiscard]] std::vector<std::string> All(std::string_view key) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const {
    return items_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_QUERY_H_
