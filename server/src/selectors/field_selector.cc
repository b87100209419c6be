#include "src/selectors/field_selector.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

// Cuts `text` at commas that no backslash precedes; the terms are sorted.
std::vector<std::string_view> SplitTerms(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t begin = 0;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (escaped) {
      escaped = false;
    } else if (text[i] == '\\') {
      escaped = true;
    } else if (text[i] == ',') {
      terms.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  terms.push_back(text.substr(begin));
  std::sort(terms.begin(), terms.end());  // The first in this order is the one complained of.
  return terms;
}

struct Term {
  std::string_view field;
  std::string_view op;
  std::string_view value;
};

// Cuts a term at its first operator; no backslash counts before one.
std::optional<Term> SplitTerm(std::string_view term) {
  for (std::size_t i = 0; i < term.size(); ++i) {
    for (const std::string_view op : {"!=", "==", "="}) {
      if (term.substr(i).starts_with(op)) {
        return Term{term.substr(0, i), op, term.substr(i + op.size())};
      }
    }
  }
  return std::nullopt;
}

Result<std::string> Unescape(std::string_view value) {
  std::string out;
  bool escaped = false;
  for (const char c : value) {
    if (escaped) {
      if (c != '\\' && c != ',' && c != '=') {
        return BadRequest(std::string("invalid field selector: invalid escape sequence: \\") + c);
      }
      out += c;
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == ',' || c == '=') {
      return BadRequest("invalid field selector: unescaped character in value: " +
                        std::to_string(static_cast<int>(c)));
    } else {
      out += c;
    }
  }
  if (escaped) {
    return BadRequest("invalid field selector: invalid escape sequence: \\");
  }
  return out;
}

}  // namespace

Status FieldSelector::ParseTerms(std::string_view text, std::vector<std::string_view>& names) {
  for (const std::string_view part : SplitTerms(text)) {
    if (part.empty()) {
      continue;
    }
    const std::optional<Term> term = SplitTerm(part);
    if (!term) {
      return BadRequest("invalid selector: '" + std::string(text) + "'; can't understand '" +
                        std::string(part) + "'");
    }
    Requirement requirement;
    K8SNET_ASSIGN_OR_RETURN(requirement.value, Unescape(term->value));
    requirement.negated = term->op == "!=";
    if (term->field.empty() && requirement.value.empty()) {
      continue;
    }
    requirements_.push_back(std::move(requirement));
    names.push_back(term->field);
  }
  return {};
}

Status FieldSelector::CheckSyntax(std::string_view text) {
  std::vector<std::string_view> names;
  return FieldSelector().ParseTerms(text, names);
}

Result<FieldSelector> FieldSelector::Parse(std::string_view text,
                                           std::span<const std::string_view> fields,
                                           bool namespaced) {
  FieldSelector selector;
  std::vector<std::string_view> names;
  K8SNET_RETURN_IF_ERROR(selector.ParseTerms(text, names));
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::size_t& field = selector.requirements_[i].field;
    const auto own = std::find(fields.begin(), fields.end(), names[i]);
    if (names[i] == "metadata.name") {
      field = kName;
    } else if (names[i] == "metadata.namespace" && (namespaced || fields.empty())) {
      field = kNamespace;
    } else if (own != fields.end()) {
      field = static_cast<std::size_t>(own - fields.begin());
    } else if (fields.empty()) {
      return BadRequest(field::Quote(names[i]) +
                        " is not a known field selector: only \"metadata.name\", "
                        "\"metadata.namespace\"");
    } else {
      return BadRequest("field label not supported: " + std::string(names[i]));
    }
  }
  return selector;
}

bool FieldSelector::Matches(const Entry& entry) const {
  const std::vector<std::string>& fields = entry.attributes().fields;
  return std::all_of(requirements_.begin(), requirements_.end(), [&](const Requirement& r) {
    std::string_view value;
    if (r.field == kName) {
      value = entry.name();
    } else if (r.field == kNamespace) {
      value = entry.name_space();
    } else if (r.field < fields.size()) {
      value = fields[r.field];
    }
    return (value == r.value) != r.negated;
  });
}

std::optional<std::string> FieldSelector::RequiredName() const {
  for (const Requirement& r : requirements_) {
    if (r.field == kName && !r.negated) {
      return r.value;
    }
  }
  return std::nullopt;
}

}  // namespace k8snet::server
