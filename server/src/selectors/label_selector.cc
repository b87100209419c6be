#include "src/selectors/label_selector.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "k8snet/apis/base/field.h"
#include "k8snet/validation/formats.h"
#include "src/errors.h"

namespace k8snet::server {
namespace {

enum class Token : std::uint8_t {
  kEnd,
  kIdentifier,
  kOpen,
  kClose,
  kComma,
  kNot,
  kEqual,
  kDoubleEqual,
  kNotEqual,
  kGreater,
  kLess,
  kIn,
  kNotIn,
};

struct Lexeme {
  Token token = Token::kEnd;
  std::string literal;
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool IsSpecial(char c) {
  return c == '=' || c == '!' || c == '(' || c == ')' || c == ',' || c == '>' || c == '<';
}

Token SingleSpecial(char c) {
  switch (c) {
    case '(':
      return Token::kOpen;
    case ')':
      return Token::kClose;
    case ',':
      return Token::kComma;
    case '!':
      return Token::kNot;
    case '>':
      return Token::kGreater;
    case '<':
      return Token::kLess;
    default:
      return Token::kEqual;
  }
}

std::vector<Lexeme> Scan(std::string_view text) {
  std::vector<Lexeme> lexemes;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && IsSpace(text[at])) {
      ++at;
    }
    if (at == text.size() || text[at] == '\0') {
      lexemes.push_back({});
      return lexemes;
    }
    const std::size_t begin = at;
    if (IsSpecial(text[at])) {
      ++at;
      Token token = SingleSpecial(text[begin]);
      if (at < text.size() && text[at] == '=') {
        if (token == Token::kEqual) {
          token = Token::kDoubleEqual;
          ++at;
        } else if (token == Token::kNot) {
          token = Token::kNotEqual;
          ++at;
        }
      }
      lexemes.push_back({token, std::string(text.substr(begin, at - begin))});
      continue;
    }
    while (at < text.size() && text[at] != '\0' && !IsSpace(text[at]) && !IsSpecial(text[at])) {
      ++at;
    }
    std::string literal(text.substr(begin, at - begin));
    const Token token = literal == "in"      ? Token::kIn
                        : literal == "notin" ? Token::kNotIn
                                             : Token::kIdentifier;
    lexemes.push_back({token, std::move(literal)});
  }
}

// The number that Go's strconv.ParseInt(text, 10, 64) reads.
std::optional<std::int64_t> ParseInt(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) {
      return std::nullopt;
    }
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

Error Expected(const Lexeme& found, std::string_view expected) {
  return BadRequest("found '" + found.literal + "', expected: " + std::string(expected));
}

Error ListError(const std::vector<std::string>& texts) {
  if (texts.size() == 1) {
    return BadRequest(texts.front());
  }
  std::string message = "[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    message += i == 0 ? "" : ", ";
    message += texts[i];
  }
  return BadRequest(message + "]");
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    joined += joined.empty() ? "" : "; ";
    joined += text;
  }
  return joined;
}

}  // namespace

// Reads the tokens of one selector. A name or value may be spelled "in" or "notin" wherever no
// operator can stand. Not thread-safe.
class LabelSelectorParser {
 public:
  explicit LabelSelectorParser(std::string_view text) : lexemes_(Scan(text)) {}

  Result<LabelSelector> Parse() {
    LabelSelector selector;
    while (true) {
      const Lexeme first = Peek();
      if (first.token == Token::kEnd) {
        return selector;
      }
      if (first.token != Token::kIdentifier && first.token != Token::kNot) {
        return Expected(first, "!, identifier, or 'end of string'");
      }
      auto requirement = ParseRequirement();
      if (!requirement) {
        return std::move(requirement).error().Wrap("unable to parse requirement");
      }
      selector.requirements_.push_back(*std::move(requirement));
      const Lexeme next = Take();
      if (next.token == Token::kEnd) {
        return selector;
      }
      if (next.token != Token::kComma) {
        return Expected(next, "',' or 'end of string'");
      }
      const Lexeme after = Peek();
      if (after.token != Token::kIdentifier && after.token != Token::kNot) {
        return Expected(after, "identifier after ','");
      }
    }
  }

 private:
  using Operator = LabelSelector::Operator;
  using Requirement = LabelSelector::Requirement;

  Lexeme Peek() const {
    Lexeme lexeme = lexemes_[std::min(at_, lexemes_.size() - 1)];
    if (lexeme.token == Token::kIn || lexeme.token == Token::kNotIn) {
      lexeme.token = Token::kIdentifier;
    }
    return lexeme;
  }
  Lexeme Take() {
    Lexeme lexeme = Peek();
    ++at_;
    return lexeme;
  }
  Lexeme TakeOperator() {
    Lexeme lexeme = lexemes_[std::min(at_, lexemes_.size() - 1)];
    ++at_;
    return lexeme;
  }

  Result<Requirement> ParseRequirement() {
    Requirement requirement;
    Lexeme lexeme = Take();
    const bool negated = lexeme.token == Token::kNot;
    if (negated) {
      lexeme = Take();
    }
    if (lexeme.token != Token::kIdentifier) {
      return Expected(lexeme, "identifier");
    }
    if (const auto faults = validation::LabelKey(lexeme.literal); !faults.empty()) {
      return BadRequest("<nil>: Invalid value: " + field::Quote(lexeme.literal) + ": " +
                        Joined(faults));
    }
    requirement.key = lexeme.literal;
    const Token next = Peek().token;
    if (negated || next == Token::kEnd || next == Token::kComma) {
      requirement.op = negated ? Operator::kDoesNotExist : Operator::kExists;
      return requirement;
    }
    const Lexeme op = TakeOperator();
    switch (op.token) {
      case Token::kIn:
      case Token::kEqual:
      case Token::kDoubleEqual:
        requirement.op = Operator::kIn;
        break;
      case Token::kNotIn:
      case Token::kNotEqual:
        requirement.op = Operator::kNotIn;
        break;
      case Token::kGreater:
        requirement.op = Operator::kGreater;
        break;
      case Token::kLess:
        requirement.op = Operator::kLess;
        break;
      default:
        return Expected(op, "in, notin, =, ==, !=, gt, lt");
    }
    std::set<std::string> values;
    if (op.token == Token::kIn || op.token == Token::kNotIn) {
      K8SNET_RETURN_IF_ERROR(ParseValues(values));
    } else {
      K8SNET_RETURN_IF_ERROR(ParseExactValue(values));
    }
    requirement.values.assign(values.begin(), values.end());
    K8SNET_RETURN_IF_ERROR(CheckValues(requirement));
    return requirement;
  }

  Status ParseValues(std::set<std::string>& values) {
    const Lexeme open = Take();
    if (open.token != Token::kOpen) {
      return BadRequest("found '" + open.literal + "' expected: '('");
    }
    const Lexeme first = Peek();
    if (first.token == Token::kClose) {
      Take();
      values.insert("");
      return {};
    }
    if (first.token != Token::kIdentifier && first.token != Token::kComma) {
      return Expected(first, "',', ')' or identifier");
    }
    while (true) {
      const Lexeme lexeme = Take();
      if (lexeme.token == Token::kIdentifier) {
        values.insert(lexeme.literal);
        const Lexeme next = Peek();
        if (next.token == Token::kClose) {
          break;
        }
        if (next.token != Token::kComma) {
          return Expected(next, "',' or ')'");
        }
      } else if (lexeme.token == Token::kComma) {
        if (values.empty()) {
          values.insert("");
        }
        const Token next = Peek().token;
        if (next == Token::kClose) {
          values.insert("");
          break;
        }
        if (next == Token::kComma) {
          Take();
          values.insert("");
        }
      } else {
        return Expected(lexeme, "',', or identifier");
      }
    }
    Take();  // The closing parenthesis.
    return {};
  }

  Status ParseExactValue(std::set<std::string>& values) {
    const Token next = Peek().token;
    if (next == Token::kEnd || next == Token::kComma) {
      values.insert("");
      return {};
    }
    const Lexeme lexeme = Take();
    if (lexeme.token != Token::kIdentifier) {
      return Expected(lexeme, "identifier");
    }
    values.insert(lexeme.literal);
    return {};
  }

  static Status CheckValues(Requirement& requirement) {
    std::vector<std::string> texts;
    const bool compares = requirement.op == Operator::kGreater || requirement.op == Operator::kLess;
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      const std::string& value = requirement.values[i];
      const auto number = ParseInt(value);
      requirement.bound = number.value_or(0);
      if (compares && !number) {
        texts.push_back("values[" + std::to_string(i) + "]: Invalid value: " + field::Quote(value) +
                        ": for 'Gt', 'Lt' operators, the value must be an integer");
      }
    }
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      const std::string& value = requirement.values[i];
      if (const auto faults = validation::LabelValue(value); !faults.empty()) {
        texts.push_back("values[" + std::to_string(i) + "][" + requirement.key +
                        "]: Invalid value: " + field::Quote(value) + ": " + Joined(faults));
      }
    }
    if (!texts.empty()) {
      return ListError(texts);
    }
    return {};
  }

  std::vector<Lexeme> lexemes_;
  std::size_t at_ = 0;
};

Result<LabelSelector> LabelSelector::Parse(std::string_view text) {
  return LabelSelectorParser(text).Parse();
}

bool LabelSelector::Matches(const Attributes& attributes) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const Requirement& r) { return r.Matches(attributes); });
}

bool LabelSelector::Requirement::Matches(const Attributes& attributes) const {
  const std::string* value = attributes.FindLabel(key);
  switch (op) {
    case Operator::kExists:
      return value != nullptr;
    case Operator::kDoesNotExist:
      return value == nullptr;
    case Operator::kIn:
      return value != nullptr && std::binary_search(values.begin(), values.end(), *value);
    case Operator::kNotIn:
      return value == nullptr || !std::binary_search(values.begin(), values.end(), *value);
    case Operator::kGreater:
    case Operator::kLess:
      break;
  }
  const auto number = value == nullptr ? std::nullopt : ParseInt(*value);
  return number && (op == Operator::kGreater ? *number > bound : *number < bound);
}

}  // namespace k8snet::server
