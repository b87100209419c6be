// The options of requests, from their queries, with upstream's checks.
// Source: kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go,
// pkg/apis/meta/internalversion/validation/validation.go; kubernetes/apiserver
// pkg/endpoints/handlers.
#ifndef K8SNET_SERVER_SRC_VERBS_OPTIONS_H_
#define K8SNET_SERVER_SRC_VERBS_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"
#include "src/query.h"

namespace k8snet::server {

// What is done about unknown and duplicate fields of a body.
enum class FieldValidation : std::uint8_t { kIgnore, kWarn, kStrict };

// Options of a create, an update or a patch.
struct WriteOptions {
  bool dry_run = false;
  std::string field_manager;  // Never empty; the default is taken from User-Agent.
  FieldValidation field_validation = FieldValidation::kWarn;
  bool force = false;  // Apply only.
};

enum class WriteKind : std::uint8_t { kCreate, kUpdate, kPatch, kApply };

// Returns the options of a write.
// Errors: kInvalid, about CreateOptions, UpdateOptions or PatchOptions.
[[nodiscard]] Result<WriteOptions> ParseWriteOptions(WriteKind kind, const Request& request,
                                                     const Query& query);

// Which revision a list or the start of a watch is to be of.
enum class VersionMatch : std::uint8_t { kUnset, kNotOlderThan, kExact };

// Options of a list, a watch or a deletecollection.
struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  bool watch = false;
  bool allow_bookmarks = false;
  std::string resource_version;  // Empty, "0" or a number; checked where it is used.
  VersionMatch match = VersionMatch::kUnset;
  std::optional<std::int64_t> timeout_seconds;
  std::int64_t limit = 0;
  std::string continue_token;
  std::optional<bool> send_initial_events;
};

// Returns the options of a list; `watch` says whether it is a watch, whatever the query says.
// Errors: kBadRequest, a number is none; kInvalid, about ListOptions.
[[nodiscard]] Result<ListOptions> ParseListOptions(const Query& query, bool watch);

// Returns the revision that `text` says; 0 for none.
// Errors: kBadRequest with the text of Go's strconv.ParseUint behind "resourceVersion: Invalid
// value: ".
[[nodiscard]] Result<std::uint64_t> ParseResourceVersion(std::string_view text);

// Returns whether the query parameter `key` is true: present and neither "false" nor "0".
// Source: kubernetes/apimachinery pkg/runtime/conversion.go, Convert_Slice_string_To_bool.
[[nodiscard]] bool QueryBool(const Query& query, std::string_view key);

// Returns the number that the parameter `key` says; nothing if it is not there.
// Errors: kBadRequest with the text of Go's strconv.ParseInt.
[[nodiscard]] Result<std::optional<std::int64_t>> QueryInt(const Query& query,
                                                           std::string_view key);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_OPTIONS_H_
