// The server's own certificate authority and what it issues.
#ifndef K8SNET_SERVER_SRC_APP_CERTIFICATES_H_
#define K8SNET_SERVER_SRC_APP_CERTIFICATES_H_

#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"

namespace k8snet::server {

// A certificate, perhaps with its chain, and its private key, as PEM.
struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};

// Keys and certificates are ECDSA on P-256, signed with SHA-256. Not thread-safe.
class CertificateAuthority {
 public:
  // Reads the authority from ca.crt and ca.key in `directory`, or makes it there, good for ten
  // years. One of ours that has expired is made anew.
  // Errors: kInternalError with one line: a file cannot be read or written, or holds something
  // else; it is then left as it is. Lifetime: `clock` and `random` outlive the authority.
  [[nodiscard]] static Result<CertificateAuthority> Open(const std::string& directory,
                                                         const Clock& clock, Random& random);

  [[nodiscard]] const std::string& certificate_pem() const { return pair_.certificate_pem; }

  // Returns a certificate for clients, good for a year: `user` is its common name and `group` its
  // organization.
  [[nodiscard]] Result<KeyPair> IssueClient(const std::string& user,
                                            const std::string& group) const;

  // Returns the serving certificate in apiserver.crt and apiserver.key of the directory. One that
  // this authority issued is made anew, good for a year, unless it is good for a month yet and for
  // each of `names` (DNS names and IP addresses); so is one that does not exist. One that somebody
  // else put there is taken as it is.
  [[nodiscard]] Result<KeyPair> Serving(const std::vector<std::string>& names) const;

 private:
  CertificateAuthority(std::string directory, const Clock& clock, Random& random)
      : directory_(std::move(directory)), clock_(&clock), random_(&random) {}

  std::string directory_;
  const Clock* clock_;
  Random* random_;
  KeyPair pair_;
};

// Returns the names and addresses that a server which listens on `bind_address` is reached by from
// its own machine and cluster, and by the machine's host name.
[[nodiscard]] std::vector<std::string> ServingNames(const std::string& bind_address);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_CERTIFICATES_H_
