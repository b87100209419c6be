#include "src/app/certificates.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "k8snet/server/testing/temporary_directory.h"
#include "src/app/files.h"
#include "src/app/kubeconfig.h"

namespace k8snet::server {
namespace {

using ::testing::HasSubstr;

class SettableClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override { return now; }
  [[nodiscard]] std::chrono::steady_clock::time_point SteadyNow() const override { return {}; }
  std::chrono::system_clock::time_point now{std::chrono::seconds(1'900'000'000)};
};

class CertificatesTest : public ::testing::Test {
 protected:
  CertificateAuthority Open() {
    return CertificateAuthority::Open(directory_, clock_, *random_).value();
  }
  KeyPair Serving(const std::vector<std::string>& names) { return Open().Serving(names).value(); }
  [[nodiscard]] std::string File(const char* name) const { return directory_ + "/" + name; }
  static unsigned Mode(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  const testing::TemporaryDirectory root_;
  const std::string directory_ = root_.path() + "/a/certs";
  SettableClock clock_;
  std::unique_ptr<Random> random_ = NewSystemRandom();
};

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate ParseCertificate(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), &X509_free);
  BIO_free(bio);
  return certificate;
}

std::string Subject(const X509* certificate) {
  char* text = X509_NAME_oneline(X509_get_subject_name(certificate), nullptr, 0);
  std::string subject = text;
  OPENSSL_free(text);
  return subject;
}

// Whether `pem` is good for `purpose` at `time`, by the authority `ca_pem`.
bool Verifies(const std::string& pem, const std::string& ca_pem, int purpose,
              std::chrono::system_clock::time_point time) {
  const Certificate ca = ParseCertificate(ca_pem);
  const Certificate certificate = ParseCertificate(pem);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context, purpose);
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
  X509_STORE_CTX_set_time(context, X509_V_FLAG_X509_STRICT,
                          std::chrono::system_clock::to_time_t(time));
  const bool good = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return good;
}

TEST_F(CertificatesTest, AreMadeOnceAndForTheOwnerAlone) {
  const CertificateAuthority first = Open();
  const KeyPair serving = first.Serving({"localhost"}).value();
  for (const char* name : {"ca.crt", "ca.key", "apiserver.crt", "apiserver.key"}) {
    EXPECT_EQ(Mode(File(name)), 0600U) << name;
  }
  EXPECT_EQ(Mode(directory_), 0700U);
  EXPECT_EQ(Open().certificate_pem(), first.certificate_pem());
  EXPECT_EQ(Serving({"localhost"}).certificate_pem, serving.certificate_pem);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 4);
}

TEST_F(CertificatesTest, AreGoodForWhatTheyAreIssuedFor) {
  const CertificateAuthority authority = Open();
  const KeyPair serving = Serving({"localhost", "127.0.0.1", "::1", "my-host"});
  EXPECT_TRUE(Verifies(serving.certificate_pem, authority.certificate_pem(),
                       X509_PURPOSE_SSL_SERVER, clock_.now));
  EXPECT_FALSE(Verifies(serving.certificate_pem, authority.certificate_pem(),
                        X509_PURPOSE_SSL_CLIENT, clock_.now));
  const Certificate certificate = ParseCertificate(serving.certificate_pem);
  EXPECT_EQ(X509_check_host(certificate.get(), "my-host", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "other", 0, 0, nullptr), 0);

  const KeyPair client = authority.IssueClient("k8snet-admin", "system:masters").value();
  EXPECT_TRUE(Verifies(client.certificate_pem, authority.certificate_pem(), X509_PURPOSE_SSL_CLIENT,
                       clock_.now));
  EXPECT_FALSE(Verifies(client.certificate_pem, authority.certificate_pem(),
                        X509_PURPOSE_SSL_SERVER, clock_.now));
  EXPECT_FALSE(Verifies(client.certificate_pem, authority.certificate_pem(),
                        X509_PURPOSE_SSL_CLIENT, clock_.now + std::chrono::hours(24 * 366)));
  EXPECT_EQ(Subject(ParseCertificate(client.certificate_pem).get()),
            "/O=system:masters/CN=k8snet-admin");
}

TEST_F(CertificatesTest, HaveKeysThatSayTheyAreEllipticCurves) {
  const KeyPair client = Open().IssueClient("a", "b").value();
  EXPECT_THAT(client.key_pem, ::testing::StartsWith("-----BEGIN EC PRIVATE KEY-----\n"));
}

TEST_F(CertificatesTest, AreRenewedWhenTheyEndOrANameIsMissing) {
  const std::string first = Serving({"localhost"}).certificate_pem;
  const std::string second = Serving({"localhost", "10.0.0.7"}).certificate_pem;
  EXPECT_NE(first, second);
  EXPECT_EQ(Serving({"10.0.0.7"}).certificate_pem, second);
  clock_.now += std::chrono::hours(24 * 340);
  const std::string third = Serving({"localhost", "10.0.0.7"}).certificate_pem;
  EXPECT_NE(second, third);
  const std::string old_ca = Open().certificate_pem();
  clock_.now += std::chrono::hours(24 * 365 * 11);
  EXPECT_NE(Open().certificate_pem(), old_ca);
  EXPECT_TRUE(Verifies(Serving({"localhost"}).certificate_pem, Open().certificate_pem(),
                       X509_PURPOSE_SSL_SERVER, clock_.now));
}

// Returns a certificate that signs itself and has nothing to do with this program.
KeyPair ForeignPair() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  const Certificate certificate(X509_new(), &X509_free);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("mine"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
  X509_set_pubkey(certificate.get(), key);
  X509_sign(certificate.get(), key, EVP_sha256());
  BIO* certificate_bio = BIO_new(BIO_s_mem());
  BIO* key_bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_bio, certificate.get());
  PEM_write_bio_PrivateKey(key_bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  const auto text = [](BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  KeyPair pair{text(certificate_bio), text(key_bio)};
  BIO_free(certificate_bio);
  BIO_free(key_bio);
  EVP_PKEY_free(key);
  return pair;
}

TEST_F(CertificatesTest, OfOthersAreTakenAsTheyAre) {
  const KeyPair foreign = ForeignPair();
  ASSERT_TRUE(WritePrivateFile(File("apiserver.crt"), foreign.certificate_pem).has_value());
  ASSERT_TRUE(WritePrivateFile(File("apiserver.key"), foreign.key_pem).has_value());
  EXPECT_EQ(Serving({"localhost"}).certificate_pem, foreign.certificate_pem);
  EXPECT_EQ(Serving({"localhost"}).key_pem, foreign.key_pem);
}

TEST_F(CertificatesTest, OfOthersThatAreNoPairAreRefusedAndUntouched) {
  const std::string key = Open().IssueClient("someone", "").value().key_pem;
  for (const std::string& content :
       {std::string("no certificate"), ForeignPair().certificate_pem}) {
    ASSERT_TRUE(WritePrivateFile(File("apiserver.crt"), content).has_value());
    ASSERT_TRUE(WritePrivateFile(File("apiserver.key"), key).has_value());
    const auto refused = Open().Serving({"localhost"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("are not a certificate and its key"));
    EXPECT_EQ(ReadFile(File("apiserver.crt")).value(), content);
    EXPECT_EQ(ReadFile(File("apiserver.key")).value(), key);
  }
}

TEST_F(CertificatesTest, OfABrokenAuthorityAreRefusedAndUntouched) {
  const std::string key = (Open(), ReadFile(File("ca.key")).value());
  const struct {
    const char* file;
    std::string content;
  } cases[] = {
      {"ca.crt", "-----BEGIN CERTIFICATE-----\nabc\n"},
      {"ca.key", "rubbish"},
      {"ca.key", Open().IssueClient("a", "b").value().key_pem},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    const std::string saved = ReadFile(File(c.file)).value();
    ASSERT_TRUE(WritePrivateFile(File(c.file), c.content).has_value());
    const auto opened = CertificateAuthority::Open(directory_, clock_, *random_);
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error().message, HasSubstr("ca.key are not a certificate and its key"));
    EXPECT_EQ(ReadFile(File(c.file)).value(), c.content);
    ASSERT_TRUE(WritePrivateFile(File(c.file), saved).has_value());
  }
  std::filesystem::remove(File("ca.key"));
  EXPECT_FALSE(CertificateAuthority::Open(directory_, clock_, *random_).has_value());
  // A start that was cut short leaves a key without a certificate, and nothing that it signed.
  ASSERT_TRUE(WritePrivateFile(File("ca.key"), key).has_value());
  std::filesystem::remove(File("ca.crt"));
  EXPECT_TRUE(CertificateAuthority::Open(directory_, clock_, *random_).has_value());
}

TEST_F(CertificatesTest, CannotBeMadeWhereThereIsAFile) {
  ASSERT_TRUE(WritePrivateFile(root_.path() + "/a", "x").has_value());
  const auto opened = CertificateAuthority::Open(directory_, clock_, *random_);
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr(root_.path() + "/a"));
}

TEST(ServingNames, HoldTheBindAddressUnlessItIsAny) {
  const auto has = [](const std::vector<std::string>& names, const char* name) {
    return std::count(names.begin(), names.end(), name) == 1;
  };
  EXPECT_TRUE(has(ServingNames("192.0.2.1"), "192.0.2.1"));
  EXPECT_TRUE(has(ServingNames("127.0.0.1"), "127.0.0.1"));
  EXPECT_FALSE(has(ServingNames("0.0.0.0"), "0.0.0.0"));
  for (const char* name : {"localhost", "127.0.0.1", "::1", "kubernetes.default.svc"}) {
    EXPECT_TRUE(has(ServingNames("::"), name)) << name;
  }
}

TEST(Kubeconfig, EmbedsAllThatAClientNeeds) {
  EXPECT_EQ(LocalUrl("0.0.0.0", 6443), "https://127.0.0.1:6443");
  EXPECT_EQ(LocalUrl("::", 1), "https://127.0.0.1:1");
  EXPECT_EQ(LocalUrl("::1", 1), "https://[::1]:1");
  EXPECT_EQ(LocalUrl("192.0.2.1", 443), "https://192.0.2.1:443");
  const std::string text = KubeconfigText("https://h:1", "ca", {"cert", "key1"});
  EXPECT_THAT(text, HasSubstr("    certificate-authority-data: Y2E=\n    server: https://h:1\n"));
  EXPECT_THAT(text,
              HasSubstr("    client-certificate-data: Y2VydA==\n    client-key-data: a2V5MQ==\n"));
}

}  // namespace
}  // namespace k8snet::server
