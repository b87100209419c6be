#include "src/app/certificates.h"

#include <arpa/inet.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "src/app/files.h"

namespace k8snet::server {
namespace {

using std::chrono::hours;

constexpr hours kAuthorityLife = hours(24) * 3650;
constexpr hours kIssuedLife = hours(24) * 365;
constexpr hours kRenewBefore = hours(24) * 30;
constexpr std::string_view kAuthorityPrefix = "k8snet-ca@";
constexpr hours kClockSkew = hours(1);  // Certificates are good from an hour ago.

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

struct Parsed {
  Owned<X509> certificate;
  Owned<EVP_PKEY> key;
};

Error CryptoError(std::string_view what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return {Reason::kInternalError, std::string(what) + ": " + text.data()};
}

Owned<BIO> Reader(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Asks for no pass phrase.
int NoPassword(char*, int, int, void*) { return -1; }

Owned<X509> ParseCertificate(std::string_view pem) {
  Owned<X509> certificate(PEM_read_bio_X509(Reader(pem).get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  return certificate;
}

// Returns the first certificate and the key, or nothing if they are not a pair.
std::optional<Parsed> Parse(const KeyPair& pair) {
  Parsed parsed;
  parsed.certificate = ParseCertificate(pair.certificate_pem);
  parsed.key.reset(
      PEM_read_bio_PrivateKey(Reader(pair.key_pem).get(), nullptr, NoPassword, nullptr));
  const bool good = parsed.certificate != nullptr && parsed.key != nullptr &&
                    X509_check_private_key(parsed.certificate.get(), parsed.key.get()) == 1;
  ERR_clear_error();
  return good ? std::optional<Parsed>(std::move(parsed)) : std::nullopt;
}

std::string Written(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<KeyPair> Write(X509* certificate, EVP_PKEY* key) {
  const Owned<BIO> certificate_bio(BIO_new(BIO_s_mem()));
  const Owned<BIO> key_bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_bio.get(), certificate) != 1 ||
      // As Go writes it, "EC PRIVATE KEY": some clients tell kinds of keys by this line alone.
      PEM_write_bio_PrivateKey_traditional(key_bio.get(), key, nullptr, nullptr, 0, nullptr,
                                           nullptr) != 1) {
    return CryptoError("cannot encode a certificate");
  }
  return KeyPair{Written(certificate_bio.get()), Written(key_bio.get())};
}

// What a new certificate says.
struct Request {
  std::string common_name;
  std::string organization;  // May be empty.
  hours life{0};
  const char* usage = nullptr;     // Extended key usage; null makes an authority.
  std::vector<std::string> names;  // Subject alternative names.
};

bool AddExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool AddNames(X509* certificate, const std::vector<std::string>& names) {
  const Owned<GENERAL_NAMES> list(sk_GENERAL_NAME_new_null());
  for (const std::string& name : names) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    GENERAL_NAME* entry = GENERAL_NAME_new();
    int size = 0;
    if (inet_pton(AF_INET, name.c_str(), address.data()) == 1) {
      size = sizeof(in_addr);
    } else if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) {
      size = sizeof(in6_addr);
    }
    ASN1_STRING* text = ASN1_STRING_type_new(size > 0 ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    if (size > 0) {
      ASN1_STRING_set(text, address.data(), size);
    } else {
      ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    }
    GENERAL_NAME_set0_value(entry, size > 0 ? GEN_IPADD : GEN_DNS, text);
    sk_GENERAL_NAME_push(list.get(), entry);
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

bool AddToSubject(X509* certificate, const char* field, const std::string& value) {
  return value.empty() ||
         X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool AddUsage(X509* certificate, X509* issuer, const Request& request) {
  if (request.usage == nullptr) {
    return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
           AddExtension(certificate, issuer, NID_key_usage,
                        "critical,digitalSignature,keyCertSign") &&
           AddExtension(certificate, issuer, NID_subject_key_identifier, "hash");
  }
  return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         AddExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         AddExtension(certificate, issuer, NID_ext_key_usage, request.usage) &&
         AddExtension(certificate, issuer, NID_authority_key_identifier, "keyid");
}

// Makes a key and a certificate for it, signed by `issuer`, or by itself if that is null.
Result<KeyPair> Issue(const Request& request, const Parsed* issuer, const Clock& clock,
                      Random& random) {
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate(X509_new());
  std::array<std::uint8_t, 16> serial_bytes{};
  random.Fill(serial_bytes);
  serial_bytes[0] &= 0x7F;
  const Owned<BIGNUM> serial(
      BN_bin2bn(serial_bytes.data(), static_cast<int>(serial_bytes.size()), nullptr));
  X509* const signer = issuer == nullptr ? certificate.get() : issuer->certificate.get();
  EVP_PKEY* const signing_key = issuer == nullptr ? key.get() : issuer->key.get();
  const auto now = clock.Now();
  const std::time_t from = std::chrono::system_clock::to_time_t(now - kClockSkew);
  const std::time_t until = std::chrono::system_clock::to_time_t(now + request.life);
  const bool good =
      key != nullptr && certificate != nullptr && serial != nullptr &&
      X509_set_version(certificate.get(), 2) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr &&
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until) != nullptr &&
      AddToSubject(certificate.get(), "O", request.organization) &&
      AddToSubject(certificate.get(), "CN", request.common_name) &&
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) == 1 &&
      X509_set_pubkey(certificate.get(), key.get()) == 1 &&
      AddUsage(certificate.get(), signer, request) &&
      (request.names.empty() || AddNames(certificate.get(), request.names)) &&
      X509_sign(certificate.get(), signing_key, EVP_sha256()) > 0;
  if (!good) {
    return CryptoError("cannot make a certificate");
  }
  return Write(certificate.get(), key.get());
}

// Reads a pair of files. Nothing if neither is there.
// Errors: one cannot be read, or one alone is there.
Result<std::optional<KeyPair>> ReadPair(const std::string& certificate_path,
                                        const std::string& key_path) {
  K8SNET_ASSIGN_OR_RETURN(std::optional<std::string> certificate,
                          ReadFileIfThere(certificate_path));
  K8SNET_ASSIGN_OR_RETURN(std::optional<std::string> key, ReadFileIfThere(key_path));
  if (!certificate && !key) {
    return std::optional<KeyPair>();
  }
  if (!certificate) {
    // The key is written first: a start that was cut short leaves it alone, and it signed nothing.
    return std::optional<KeyPair>();
  }
  if (!key) {
    return Error(Reason::kInternalError,
                 certificate_path + " is there, but its key " + key_path + " is not");
  }
  return std::optional<KeyPair>({*std::move(certificate), *std::move(key)});
}

Status WritePair(const KeyPair& pair, const std::string& certificate_path,
                 const std::string& key_path) {
  K8SNET_RETURN_IF_ERROR(WritePrivateFile(key_path, pair.key_pem));
  return WritePrivateFile(certificate_path, pair.certificate_pem);
}

Error NotAPair(const std::string& certificate_path, const std::string& key_path) {
  return {Reason::kInternalError,
          certificate_path + " and " + key_path + " are not a certificate and its key"};
}

// Whether an authority of this program's making, perhaps an older one, issued the certificate.
bool IssuedByUs(const X509* certificate) {
  std::array<char, 128> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate), NID_commonName,
                                             name.data(), static_cast<int>(name.size()));
  return size > 0 && std::string_view(name.data()).starts_with(kAuthorityPrefix);
}

bool ExpiresBefore(const X509* certificate, std::chrono::system_clock::time_point time) {
  std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  return X509_cmp_time(X509_get0_notAfter(certificate), &seconds) <= 0;
}

bool IsFor(X509* certificate, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const bool is_address = inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
                            inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
    return (is_address ? X509_check_ip_asc(certificate, name.c_str(), 0)
                       : X509_check_host(certificate, name.data(), name.size(), 0, nullptr)) == 1;
  });
}

}  // namespace

Result<CertificateAuthority> CertificateAuthority::Open(const std::string& directory,
                                                        const Clock& clock, Random& random) {
  CertificateAuthority authority(directory, clock, random);
  const std::string certificate_path = directory + "/ca.crt";
  const std::string key_path = directory + "/ca.key";
  K8SNET_RETURN_IF_ERROR(MakePrivateDirectory(directory));
  K8SNET_ASSIGN_OR_RETURN(std::optional<KeyPair> found, ReadPair(certificate_path, key_path));
  if (found) {
    const std::optional<Parsed> parsed = Parse(*found);
    if (!parsed) {
      return NotAPair(certificate_path, key_path);
    }
    if (!ExpiresBefore(parsed->certificate.get(), clock.Now())) {
      authority.pair_ = *std::move(found);
      return authority;
    }
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(clock.Now().time_since_epoch()).count();
  Request request;
  request.common_name = std::string(kAuthorityPrefix) + std::to_string(seconds);
  request.life = kAuthorityLife;
  K8SNET_ASSIGN_OR_RETURN(authority.pair_, Issue(request, nullptr, clock, random));
  K8SNET_RETURN_IF_ERROR(WritePair(authority.pair_, certificate_path, key_path));
  return authority;
}

Result<KeyPair> CertificateAuthority::IssueClient(const std::string& user,
                                                  const std::string& group) const {
  const std::optional<Parsed> issuer = Parse(pair_);
  K8SNET_CHECK(issuer.has_value());
  Request request;
  request.common_name = user;
  request.organization = group;
  request.life = kIssuedLife;
  request.usage = "clientAuth";
  return Issue(request, &*issuer, *clock_, *random_);
}

Result<KeyPair> CertificateAuthority::Serving(const std::vector<std::string>& names) const {
  const std::string certificate_path = directory_ + "/apiserver.crt";
  const std::string key_path = directory_ + "/apiserver.key";
  const std::optional<Parsed> issuer = Parse(pair_);
  K8SNET_CHECK(issuer.has_value());
  K8SNET_ASSIGN_OR_RETURN(std::optional<KeyPair> found, ReadPair(certificate_path, key_path));
  if (found) {
    const std::optional<Parsed> parsed = Parse(*found);
    const Owned<X509> certificate = ParseCertificate(found->certificate_pem);
    const bool ours = certificate != nullptr && IssuedByUs(certificate.get());
    if (!ours && !parsed) {
      return NotAPair(certificate_path, key_path);
    }
    const bool good = parsed && X509_verify(certificate.get(), issuer->key.get()) == 1 &&
                      IsFor(certificate.get(), names) &&
                      !ExpiresBefore(certificate.get(), clock_->Now() + kRenewBefore);
    ERR_clear_error();
    if (good || !ours) {
      return *std::move(found);
    }
  }
  Request request;
  request.common_name = "kube-apiserver";
  request.life = kIssuedLife;
  request.usage = "serverAuth";
  request.names = names;
  K8SNET_ASSIGN_OR_RETURN(KeyPair pair, Issue(request, &*issuer, *clock_, *random_));
  K8SNET_RETURN_IF_ERROR(WritePair(pair, certificate_path, key_path));
  return pair;
}

std::vector<std::string> ServingNames(const std::string& bind_address) {
  std::vector<std::string> names = {"localhost",          "kubernetes",
                                    "kubernetes.default", "kubernetes.default.svc",
                                    "127.0.0.1",          "::1"};
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0') {
    names.emplace_back(host.data());
  }
  if (bind_address != "0.0.0.0" && bind_address != "::") {
    names.push_back(bind_address);
  }
  std::vector<std::string> unique;
  for (std::string& name : names) {
    if (std::find(unique.begin(), unique.end(), name) == unique.end()) {
      unique.push_back(std::move(name));
    }
  }
  return unique;
}

}  // namespace k8snet::server
