#include "k8snet/validation/ip.h"

#include <algorithm>
#include <cstdio>

namespace k8snet::validation {
namespace {

constexpr std::string_view kBadIp = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
constexpr std::string_view kBadCidr =
    "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads "a.b.c.d" into four bytes.
bool ParseV4(std::string_view text, std::uint8_t* out, bool& leading_zeros) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (text.empty() || text.front() != '.') {
        return false;
      }
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && IsDigit(text[digits])) {
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      if (value > 255) {
        return false;
      }
      ++digits;
    }
    if (digits == 0) {
      return false;
    }
    leading_zeros = leading_zeros || (digits > 1 && text.front() == '0');
    out[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
  }
  return text.empty();
}

int HexValue(char c) {
  if (IsDigit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Source: RFC 4291, section 2.2.
bool ParseV6(std::string_view text, Ip& out) {
  std::size_t filled = 0;
  std::size_t gap = 17;  // Where "::" stands, in bytes; none yet.
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  } else if (text.starts_with(":")) {
    return false;
  }
  while (!text.empty()) {
    if (filled == 16) {
      return false;
    }
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && HexValue(text[digits]) >= 0) {
      value = value * 16 + static_cast<unsigned>(HexValue(text[digits]));
      if (value > 0xffff) {
        return false;
      }
      ++digits;
    }
    if (digits < text.size() && text[digits] == '.') {
      if (filled > 12 || !ParseV4(text, &out.bytes[filled], out.leading_zeros)) {
        return false;
      }
      filled += 4;
      break;
    }
    if (digits == 0) {
      return false;
    }
    out.leading_zeros = out.leading_zeros || digits > 4;
    out.bytes[filled++] = static_cast<std::uint8_t>(value >> 8U);
    out.bytes[filled++] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    if (text.empty()) {
      break;
    }
    if (text.front() != ':' || text.size() == 1) {
      return false;
    }
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (gap <= 16) {
        return false;
      }
      gap = filled;
      text.remove_prefix(1);
    }
  }
  if (gap > 16) {
    return filled == 16;
  }
  if (filled == 16) {
    return false;
  }
  const std::size_t tail = filled - gap;
  std::move_backward(out.bytes.begin() + static_cast<std::ptrdiff_t>(gap),
                     out.bytes.begin() + static_cast<std::ptrdiff_t>(filled), out.bytes.end());
  std::fill_n(out.bytes.begin() + static_cast<std::ptrdiff_t>(gap), 16 - tail - gap,
              std::uint8_t{0});
  return true;
}

// What the strict rules say of an address that can be read; "" if nothing.
std::string_view NotStrict(const Ip& ip) {
  if (ip.leading_zeros) {
    return "must not have leading 0s";
  }
  return ip.mapped ? "must not be an IPv4-mapped IPv6 address" : "";
}

std::string_view NotStrict(const Cidr& cidr) {
  if (cidr.leading_zeros) {
    return "must not have leading 0s in IP or prefix length";
  }
  if (cidr.ip.mapped) {
    return "must not have an IPv4-mapped IPv6 address";
  }
  return cidr.network() == cidr.ip ? "" : "must not have bits set beyond the prefix length";
}

std::string NotCanonical(const std::string& canonical) {
  return "must be in canonical form (\"" + canonical + "\")";
}

bool Contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

template <typename Parsed>
void Legacy(std::string_view value, const std::optional<Parsed>& parsed, std::string_view bad,
            const field::Path& path, const std::vector<std::string>& valid_old,
            field::ErrorList& errors) {
  const std::string_view detail = parsed ? NotStrict(*parsed) : bad;
  if (!detail.empty() && !Contains(valid_old, value)) {
    errors.push_back(field::Invalid(path, value, detail).WithOrigin("format=ip-sloppy"));
  }
}

template <typename Parsed>
void Strict(std::string_view value, const std::optional<Parsed>& parsed, std::string_view bad,
            const field::Path& path, field::ErrorList& errors) {
  if (!parsed) {
    errors.push_back(field::Invalid(path, value, bad).WithOrigin("format=ip-strict"));
  } else if (const auto detail = NotStrict(*parsed); !detail.empty()) {
    errors.push_back(field::Invalid(path, value, detail).WithOrigin("format=ip-strict"));
  } else if (const std::string canonical = parsed->ToString(); canonical != value) {
    errors.push_back(
        field::Invalid(path, value, NotCanonical(canonical)).WithOrigin("format=ip-strict"));
  }
}

std::string Quoted(std::string_view value) { return field::Quote(value); }

}  // namespace

std::string Ip::ToString() const {
  char text[48];
  if (v4) {
    std::snprintf(text, sizeof(text), "%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
    return text;
  }
  const auto group = [&](int i) {
    return static_cast<unsigned>(bytes[static_cast<std::size_t>(2 * i)]) << 8U |
           bytes[static_cast<std::size_t>(2 * i + 1)];
  };
  // The first of the longest runs of two or more zero groups is left out.
  int best = -1;
  int best_length = 1;
  for (int i = 0; i < 8; ++i) {
    int length = 0;
    while (i + length < 8 && group(i + length) == 0) {
      ++length;
    }
    if (length > best_length) {
      best = i;
      best_length = length;
    }
    i += length;
  }
  std::string out;
  for (int i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') {
      out += ':';
    }
    std::snprintf(text, sizeof(text), "%x", group(i));
    out += text;
  }
  return out;
}

std::optional<Ip> ParseIp(std::string_view text) {
  Ip ip;
  if (text.find(':') == std::string_view::npos) {
    ip.bytes[10] = 0xff;
    ip.bytes[11] = 0xff;
    ip.v4 = true;
    return ParseV4(text, &ip.bytes[12], ip.leading_zeros) ? std::optional(ip) : std::nullopt;
  }
  if (!ParseV6(text, ip)) {
    return std::nullopt;
  }
  ip.mapped =
      std::all_of(ip.bytes.begin(), ip.bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
      ip.bytes[10] == 0xff && ip.bytes[11] == 0xff;
  ip.v4 = ip.mapped;
  return ip;
}

Ip Cidr::network() const {
  Ip out = ip;
  for (int bit = prefix + (128 - bits()); bit < 128; ++bit) {
    out.bytes[static_cast<std::size_t>(bit / 8)] &=
        static_cast<std::uint8_t>(~(0x80U >> static_cast<unsigned>(bit % 8)));
  }
  return out;
}

std::string Cidr::ToString() const { return network().ToString() + "/" + std::to_string(prefix); }

bool Cidr::Contains(const Ip& address) const {
  return address.v4 == ip.v4 && Cidr{.ip = address, .prefix = prefix}.network() == network();
}

std::optional<Cidr> ParseCidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<Ip> ip = ParseIp(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  if (!ip || digits.empty() || !std::all_of(digits.begin(), digits.end(), IsDigit)) {
    return std::nullopt;
  }
  Cidr out{.ip = *ip};
  for (const char c : digits) {
    out.prefix = out.prefix * 10 + (c - '0');
    if (out.prefix > 128) {
      return std::nullopt;
    }
  }
  out.leading_zeros = ip->leading_zeros || (digits.size() > 1 && digits.front() == '0');
  if (ip->mapped) {
    // The length counts from the start of the IPv6 address.
    if (out.prefix < 96) {
      out.ip.v4 = false;
    } else {
      out.prefix -= 96;
    }
  }
  return out.prefix <= out.bits() ? std::optional(out) : std::nullopt;
}

void LegacyIp(std::string_view value, const field::Path& path,
              const std::vector<std::string>& valid_old, field::ErrorList& errors) {
  Legacy(value, ParseIp(value), kBadIp, path, valid_old, errors);
}

void StrictIp(std::string_view value, const field::Path& path, field::ErrorList& errors) {
  Strict(value, ParseIp(value), kBadIp, path, errors);
}

void LegacyCidr(std::string_view value, const field::Path& path,
                const std::vector<std::string>& valid_old, field::ErrorList& errors) {
  Legacy(value, ParseCidr(value), kBadCidr, path, valid_old, errors);
}

void StrictCidr(std::string_view value, const field::Path& path, field::ErrorList& errors) {
  Strict(value, ParseCidr(value), kBadCidr, path, errors);
}

void EndpointIp(std::string_view value, const field::Path& path, field::ErrorList& errors) {
  const std::optional<Ip> ip = ParseIp(value);
  if (!ip) {
    errors.push_back(
        field::Invalid(path, value, "must be a valid IP address").WithOrigin("format=ip-sloppy"));
    return;
  }
  const auto invalid = [&](std::string_view detail) {
    errors.push_back(field::Invalid(path, value, detail).WithOrigin("format=endpoint-ip"));
  };
  const auto& b = ip->bytes;
  const bool zero_head = std::all_of(b.begin(), b.begin() + 12, [](auto x) { return x == 0; });
  const std::uint32_t low = static_cast<std::uint32_t>(b[12]) << 24U |
                            static_cast<std::uint32_t>(b[13]) << 16U |
                            static_cast<std::uint32_t>(b[14]) << 8U | b[15];
  if ((ip->v4 || zero_head) && low == 0) {
    invalid("may not be unspecified (" + std::string(value) + ")");
  }
  if (ip->v4 ? b[12] == 127 : zero_head && low == 1) {
    invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  }
  if (ip->v4 ? b[12] == 169 && b[13] == 254 : b[0] == 0xfe && (b[1] & 0xc0U) == 0x80) {
    invalid("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  }
  if (ip->v4 ? low >> 8U == 0xe00000 : b[0] == 0xff && (b[1] & 0x0fU) == 0x02) {
    invalid("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  }
}

void WarnOfIp(std::string_view value, const field::Path& path, std::vector<std::string>& warnings) {
  const std::optional<Ip> ip = ParseIp(value);
  if (!ip) {
    return;
  }
  const std::string canonical = ip->ToString();
  if (!NotStrict(*ip).empty()) {
    warnings.push_back(path.ToString() + ": non-standard IP address " + Quoted(value) +
                       " is invalid: use " + Quoted(canonical));
  } else if (canonical != value) {
    warnings.push_back(path.ToString() + ": IPv6 address " + Quoted(value) +
                       " should be in RFC 5952 canonical format (" + Quoted(canonical) + ")");
  }
}

void WarnOfCidr(std::string_view value, const field::Path& path,
                std::vector<std::string>& warnings) {
  const std::optional<Cidr> cidr = ParseCidr(value);
  if (!cidr) {
    return;
  }
  const std::string network = cidr->ToString();
  if (!(cidr->network() == cidr->ip)) {
    warnings.push_back(path.ToString() + ": CIDR value " + Quoted(value) +
                       " is ambiguous in this context (should be " + Quoted(network) + " or " +
                       Quoted(cidr->ip.ToString() + "/" + std::to_string(cidr->bits())) + "?)");
  } else if (!NotStrict(*cidr).empty()) {
    warnings.push_back(path.ToString() + ": non-standard CIDR value " + Quoted(value) +
                       " is invalid: use " + Quoted(network));
  } else if (network != value) {
    warnings.push_back(path.ToString() + ": IPv6 CIDR value " + Quoted(value) +
                       " should be in RFC 5952 canonical format (" + Quoted(network) + ")");
  }
}

}  // namespace k8snet::validation
