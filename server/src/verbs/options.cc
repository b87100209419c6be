#include "src/verbs/options.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>
#include <vector>

#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/unicode.h"
#include "k8snet/validation/formats.h"
#include "src/errors.h"
#include "src/selectors/field_selector.h"
#include "src/selectors/label_selector.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kMaxFieldManagerBytes = 128;
constexpr std::string_view kMetaGroup = "meta.k8s.io";

std::string_view OptionsKind(WriteKind kind) {
  switch (kind) {
    case WriteKind::kCreate:
      return "CreateOptions";
    case WriteKind::kUpdate:
      return "UpdateOptions";
    case WriteKind::kPatch:
    case WriteKind::kApply:
      return "PatchOptions";
  }
  return "";
}

void CheckFieldManager(std::string_view manager, field::ErrorList& errors) {
  const field::Path path("fieldManager");
  if (manager.size() > kMaxFieldManagerBytes) {
    errors.push_back(field::TooLong(path, static_cast<int>(kMaxFieldManagerBytes)));
  }
  for (const std::string& message : validation::PrintableName(manager)) {
    errors.push_back(field::Invalid(path, manager, message));
  }
}

// The User-Agent up to its first slash, without what cannot be printed.
std::string DefaultFieldManager(const Request& request) {
  const std::string* agent = request.headers.Find("User-Agent");
  std::string manager;
  std::string_view rest = agent == nullptr ? std::string_view() : std::string_view(*agent);
  rest = rest.substr(0, rest.find('/'));
  while (!rest.empty()) {
    const std::string_view before = rest;
    const char32_t rune = TakeRune(rest);
    const std::string_view bytes = before.substr(0, before.size() - rest.size());
    if (manager.size() + bytes.size() > kMaxFieldManagerBytes) {
      break;
    }
    if (IsPrintable(rune)) {
      manager += bytes;
    }
  }
  return manager.empty() ? "unknown" : manager;
}

std::string_view TrimNumberSign(std::string_view text) {
  if (text.starts_with('+') && !text.substr(1).starts_with('-')) {
    text.remove_prefix(1);
  }
  return text;
}

// What Go's strconv says of `text`; empty if it is a number that fits.
template <typename T>
std::string ParseNumber(std::string_view function, std::string_view text, T& number) {
  const std::string_view digits = TrimNumberSign(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc() && end == digits.data() + digits.size()) {
    return "";
  }
  const bool range =
      error == std::errc::result_out_of_range && end == digits.data() + digits.size();
  return "strconv." + std::string(function) + ": parsing " + field::Quote(text) +
         (range ? ": value out of range" : ": invalid syntax");
}

std::string LowerAscii(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Checks that hold between the parameters of a list or watch.
void CheckListOptions(const ListOptions& options, const std::string& match,
                      field::ErrorList& errors) {
  const field::Path match_path("resourceVersionMatch");
  const field::Path initial_path("sendInitialEvents");
  if (options.watch) {
    const bool from_now = options.resource_version.empty() || options.resource_version == "0";
    // Such a watch begins with what exists, as if sendInitialEvents asked for it.
    const bool initial = options.send_initial_events.has_value();
    const bool implied = !initial && from_now && match.empty();
    if (!match.empty() && !initial) {
      errors.push_back(field::Forbidden(
          match_path,
          "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
      if (match != "NotOlderThan") {
        errors.push_back(field::NotSupported(match_path, match, {"NotOlderThan"}));
      }
    }
    if (initial && match != "NotOlderThan") {
      errors.push_back(field::Forbidden(
          match_path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
      if (!match.empty()) {
        errors.push_back(field::NotSupported(match_path, match, {"NotOlderThan"}));
      }
    }
    if (!options.continue_token.empty() && (!match.empty() || implied)) {
      errors.push_back(field::Forbidden(
          match_path, "resourceVersionMatch is forbidden when continue is provided"));
    }
    return;
  }
  if (options.send_initial_events) {
    errors.push_back(field::Forbidden(initial_path, "sendInitialEvents is forbidden for list"));
  }
  if (match.empty()) {
    return;
  }
  field::ErrorList found;
  if (options.resource_version.empty()) {
    found.push_back(field::Forbidden(
        match_path, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
  if (!options.continue_token.empty()) {
    found.push_back(field::Forbidden(
        match_path, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (match != "Exact" && match != "NotOlderThan") {
    found.push_back(field::NotSupported(match_path, match, {"Exact", "NotOlderThan", ""}));
  }
  if (match == "Exact" && options.resource_version == "0") {
    found.push_back(field::Forbidden(
        match_path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
  }
  errors.insert(errors.begin(), found.begin(), found.end());
}

}  // namespace

bool QueryBool(const Query& query, std::string_view key) {
  const std::string* value = query.Find(key);
  if (value == nullptr) {
    return false;
  }
  const std::string lower = LowerAscii(*value);
  return lower != "false" && lower != "0";
}

Result<std::optional<std::int64_t>> QueryInt(const Query& query, std::string_view key) {
  const std::string* value = query.Find(key);
  if (value == nullptr) {
    return std::optional<std::int64_t>();
  }
  std::int64_t number = 0;
  if (std::string fault = ParseNumber("ParseInt", *value, number); !fault.empty()) {
    return BadRequest(std::move(fault));
  }
  return std::optional<std::int64_t>(number);
}

Result<std::uint64_t> ParseResourceVersion(std::string_view text) {
  if (text.empty()) {
    return std::uint64_t{0};
  }
  std::uint64_t number = 0;
  std::string fault = text.front() == '+'
                          ? "strconv.ParseUint: parsing " + field::Quote(text) + ": invalid syntax"
                          : ParseNumber("ParseUint", text, number);
  if (!fault.empty()) {
    return BadRequest("resourceVersion: Invalid value: " + field::Quote(text) + ": " + fault);
  }
  return number;
}

Result<WriteOptions> ParseWriteOptions(WriteKind kind, const Request& request, const Query& query) {
  WriteOptions options;
  field::ErrorList errors;
  const bool apply = kind == WriteKind::kApply;
  options.field_manager = query.Get("fieldManager");
  if (query.Find("force") != nullptr && (apply || kind == WriteKind::kPatch)) {
    options.force = QueryBool(query, "force");
    if (!apply) {
      errors.push_back(
          field::Forbidden(field::Path("force"), "may not be specified for non-apply patch"));
    }
  }
  if (apply && options.field_manager.empty()) {
    errors.push_back(field::Required(field::Path("fieldManager"), "is required for apply patch"));
  }
  CheckFieldManager(options.field_manager, errors);
  const std::vector<std::string> dry_run = query.All("dryRun");
  options.dry_run = !dry_run.empty();
  if (std::any_of(dry_run.begin(), dry_run.end(), [](const auto& v) { return v != "All"; })) {
    errors.push_back(
        field::NotSupported(field::Path("dryRun"), field::BadValue::List(dry_run), {"All"}));
  }
  const std::string_view validation = query.Get("fieldValidation");
  if (validation == "Ignore") {
    options.field_validation = FieldValidation::kIgnore;
  } else if (validation == "Strict") {
    options.field_validation = FieldValidation::kStrict;
  } else if (!validation.empty() && validation != "Warn") {
    errors.push_back(field::NotSupported(field::Path("fieldValidation"), validation,
                                         {"", "Ignore", "Strict", "Warn"}));
  }
  if (!errors.empty()) {
    return Invalid(OptionsKind(kind), kMetaGroup, "", errors);
  }
  if (options.field_manager.empty()) {
    options.field_manager = DefaultFieldManager(request);
  }
  return options;
}

Result<ListOptions> ParseListOptions(const Query& query, bool watch) {
  ListOptions options;
  options.label_selector = query.Get("labelSelector");
  options.field_selector = query.Get("fieldSelector");
  options.watch = watch;
  options.allow_bookmarks = QueryBool(query, "allowWatchBookmarks");
  options.resource_version = query.Get("resourceVersion");
  options.continue_token = query.Get("continue");
  K8SNET_ASSIGN_OR_RETURN(options.timeout_seconds, QueryInt(query, "timeoutSeconds"));
  std::optional<std::int64_t> limit;
  K8SNET_ASSIGN_OR_RETURN(limit, QueryInt(query, "limit"));
  options.limit = std::max<std::int64_t>(limit.value_or(0), 0);
  if (query.Find("sendInitialEvents") != nullptr) {
    options.send_initial_events = QueryBool(query, "sendInitialEvents");
  }
  const std::string match(query.Get("resourceVersionMatch"));
  options.match = match == "Exact"          ? VersionMatch::kExact
                  : match == "NotOlderThan" ? VersionMatch::kNotOlderThan
                                            : VersionMatch::kUnset;
  field::ErrorList errors;
  CheckListOptions(options, match, errors);
  if (!errors.empty()) {
    // Selectors are read before the options are looked at together.
    K8SNET_RETURN_IF_ERROR(LabelSelector::Parse(options.label_selector));
    K8SNET_RETURN_IF_ERROR(FieldSelector::CheckSyntax(options.field_selector));
    return Invalid("ListOptions", kMetaGroup, "", errors);
  }
  return options;
}

}  // namespace k8snet::server
