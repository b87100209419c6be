#include "src/negotiate/accept.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "src/errors.h"

namespace k8snet::server {
namespace {

constexpr std::array<std::pair<Format, std::string_view>, 4> kOffered = {{
    {Format::kJson, "json"},
    {Format::kYaml, "yaml"},
    {Format::kProtobuf, "vnd.kubernetes.protobuf"},
    {Format::kCbor, "cbor"},
}};

bool Offered(Format format, Offers offers) {
  return format != Format::kCbor || offers == Offers::kCbor;
}

constexpr std::string_view kObjectTypes =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf";
constexpr std::string_view kStreamTypes =
    "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
constexpr std::string_view kCborType = ", application/cbor";
constexpr std::string_view kCborStreamType = "application/cbor-seq";

std::string ObjectTypes(Offers offers) {
  return std::string(kObjectTypes) + std::string(offers == Offers::kCbor ? kCborType : "");
}

std::string StreamTypes(Offers offers) {
  std::string types(kStreamTypes);
  if (offers == Offers::kCbor) {
    types.append(", ").append(kCborStreamType);
  }
  return types;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// Cuts what precedes `separator` off the front of `text`, and the separator.
std::string_view CutFront(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

double ParseQuality(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double q = std::strtod(copy.c_str(), &end);
  return end == copy.c_str() || std::isnan(q) ? 0 : q;
}

int Specificity(const AcceptClause& clause) {
  if (clause.type == "*") {
    return 0;
  }
  return clause.subtype == "*" ? 1 : 2;
}

bool ParseBool(std::string_view text, bool& value) {
  static constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
  static constexpr std::array<std::string_view, 6> kFalse = {"0",     "f",     "F",
                                                             "false", "FALSE", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) {
    value = true;
    return true;
  }
  value = false;
  return std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end();
}

// Takes a clause's parameters into `output`; false if the clause cannot be honoured.
bool TakeParameters(const AcceptClause& clause, Endpoint endpoint, Output& output) {
  const std::string_view as = clause.Get("as");
  const std::string_view group = clause.Get("g");
  const std::string_view version = clause.Get("v");
  if (const std::string_view stream = clause.Get("stream");
      !stream.empty() && (stream != "watch" || output.format == Format::kYaml)) {
    return false;
  }
  if (clause.Get("pretty") == "1") {
    output.pretty = true;
  }
  if (as.empty() && group.empty() && version.empty()) {
    return true;
  }
  if (endpoint == Endpoint::kPlain || group != "meta.k8s.io" ||
      (version != "v1" && version != "v1beta1")) {
    return false;
  }
  if (as == "Table") {
    output.transform = Transform::kTable;
  } else if (as == "PartialObjectMetadata") {
    output.transform = Transform::kMetadata;
  } else if (as == "PartialObjectMetadataList") {
    output.transform = Transform::kMetadataList;
  } else {
    return false;
  }
  if (output.transform == Transform::kTable &&
      (output.format == Format::kProtobuf || output.format == Format::kCbor)) {
    return false;
  }
  output.transform_version = version == "v1" ? "v1" : "v1beta1";
  return true;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
  });
}

}  // namespace

std::string_view MediaType(Format format) {
  switch (format) {
    case Format::kJson:
      return "application/json";
    case Format::kYaml:
      return "application/yaml";
    case Format::kProtobuf:
      return "application/vnd.kubernetes.protobuf";
    case Format::kCbor:
      return "application/cbor";
  }
  return "";
}

std::string_view StreamMediaType(Format format) {
  switch (format) {
    case Format::kProtobuf:
      return "application/vnd.kubernetes.protobuf;stream=watch";
    case Format::kCbor:
      return kCborStreamType;
    default:
      return MediaType(format);
  }
}

std::string_view AcceptClause::Get(std::string_view name) const {
  const auto found = std::find_if(parameters.rbegin(), parameters.rend(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  return found == parameters.rend() ? std::string_view() : std::string_view(found->second);
}

std::vector<AcceptClause> ParseAccept(std::string_view accept) {
  std::vector<AcceptClause> clauses;
  while (!accept.empty()) {
    std::string_view part = CutFront(accept, ',');
    std::string_view range = Trim(CutFront(part, ';'));
    AcceptClause clause;
    clause.type = Trim(CutFront(range, '/'));
    clause.subtype = Trim(range);
    if (clause.type == "*" && clause.subtype.empty()) {
      clause.subtype = "*";
    }
    if (clause.type.empty() || clause.subtype.empty() ||
        clause.subtype.find('/') != std::string::npos) {
      continue;
    }
    while (!part.empty()) {
      std::string_view parameter = CutFront(part, ';');
      const std::string_view name = Trim(CutFront(parameter, '='));
      const std::string_view value = Trim(parameter);
      if (name == "q") {
        clause.q = ParseQuality(value);
      } else if (!name.empty()) {
        clause.parameters.emplace_back(name, value);
      }
    }
    clauses.push_back(std::move(clause));
  }
  std::stable_sort(clauses.begin(), clauses.end(),
                   [](const AcceptClause& a, const AcceptClause& b) {
                     return a.q != b.q ? a.q > b.q : Specificity(a) > Specificity(b);
                   });
  return clauses;
}

std::string_view AcceptOf(const Request& request) {
  const std::string* accept = request.headers.Find("Accept");
  return accept == nullptr ? std::string_view() : std::string_view(*accept);
}

Status CheckRoutable(std::string_view accept, bool watch_types, Offers offers) {
  if (accept.empty()) {
    return {};
  }
  while (!accept.empty()) {
    std::string_view part = CutFront(accept, ',');
    const std::string_view range = Trim(CutFront(part, ';'));
    if (range == "*/*") {
      return {};
    }
    if (watch_types && offers == Offers::kCbor && range == kCborStreamType) {
      return {};
    }
    for (const auto& [format, subtype] : kOffered) {
      if (range == MediaType(format) && Offered(format, offers)) {
        return {};
      }
    }
  }
  std::string message = "406: Not Acceptable\n\nAvailable representations: ";
  message += ObjectTypes(offers);
  if (watch_types) {
    message += ", ";
    message += StreamTypes(offers);
  }
  return Error(Reason::kNotAcceptable, std::move(message), ErrorDetails{});
}

std::optional<Format> OfferedFormat(const AcceptClause& clause, Offers offers) {
  if (clause.type == "*" && clause.subtype == "*") {
    return Format::kJson;
  }
  if (clause.type != "application") {
    return std::nullopt;
  }
  if (clause.subtype == "*") {
    return Format::kJson;
  }
  for (const auto& [format, subtype] : kOffered) {
    if (clause.subtype == subtype && Offered(format, offers)) {
      return format;
    }
  }
  return std::nullopt;
}

Result<Output> NegotiateOutput(const Request& request, const Query& query, Endpoint endpoint,
                               Offers offers) {
  const std::string_view accept = AcceptOf(request);
  Output output;
  if (accept.empty()) {
    output.pretty = WantsPretty(request, query);
    return output;
  }
  for (const AcceptClause& clause : ParseAccept(accept)) {
    const std::optional<Format> format = OfferedFormat(clause, offers);
    if (!format) {
      continue;
    }
    output = {};
    output.format = *format;
    if (TakeParameters(clause, endpoint, output)) {
      output.pretty = output.pretty || WantsPretty(request, query);
      return output;
    }
  }
  return NotAcceptable(ObjectTypes(offers));
}

Result<Output> NegotiateStream(const Request& request, const Query& query, Offers offers) {
  K8SNET_ASSIGN_OR_RETURN(Output output,
                          NegotiateOutput(request, query, Endpoint::kObjects, offers));
  if (output.format == Format::kYaml) {
    return NotAcceptable(StreamTypes(offers));
  }
  output.pretty = false;
  return output;
}

bool WantsPretty(const Request& request, const Query& query) {
  if (const std::string* value = query.Find("pretty"); value != nullptr && !value->empty()) {
    bool pretty = false;
    return ParseBool(*value, pretty) && pretty;
  }
  const std::string* agent = request.headers.Find("User-Agent");
  return agent != nullptr && (agent->starts_with("curl") || agent->starts_with("Wget") ||
                              agent->starts_with("Mozilla/5.0"));
}

std::optional<std::string> ParseMediaType(std::string_view header) {
  const std::string_view type = Trim(CutFront(header, ';'));
  std::string_view subtype = type;
  const std::string_view main = CutFront(subtype, '/');
  if (!IsToken(main) || (type.size() != main.size() && !IsToken(subtype))) {
    return std::nullopt;
  }
  while (!Trim(header).empty()) {
    header = Trim(header);
    const std::size_t name_end = std::min(header.find_first_of("=;"), header.size());
    if (!IsToken(Trim(header.substr(0, name_end))) || name_end == header.size() ||
        header[name_end] != '=') {
      return std::nullopt;
    }
    header.remove_prefix(name_end + 1);
    if (header.starts_with('"')) {
      std::size_t end = 1;
      while (end < header.size() && header[end] != '"') {
        end += header[end] == '\\' ? 2 : 1;
      }
      if (end >= header.size()) {
        return std::nullopt;
      }
      header.remove_prefix(end + 1);
      header = Trim(header);
      if (!header.empty() && header.front() != ';') {
        return std::nullopt;
      }
      CutFront(header, ';');
    } else if (!IsToken(Trim(CutFront(header, ';')))) {
      return std::nullopt;
    }
  }
  std::string lower(type);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

Result<Format> NegotiateInput(const Request& request, Offers offers) {
  const std::string* header = request.headers.Find("Content-Type");
  if (header == nullptr || header->empty()) {
    return Format::kJson;
  }
  const std::optional<std::string> type = ParseMediaType(*header);
  for (const auto& [format, subtype] : kOffered) {
    if (type == MediaType(format) && Offered(format, offers)) {
      return format;
    }
  }
  return UnsupportedMediaType(ObjectTypes(offers));
}

}  // namespace k8snet::server
