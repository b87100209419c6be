#include "src/app/kubeconfig.h"

#include <string_view>

#include <openssl/evp.h>

namespace k8snet::server {
namespace {

std::string Base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::string LocalUrl(const std::string& bind_address, std::uint16_t port) {
  std::string host = bind_address == "0.0.0.0" || bind_address == "::" ? "127.0.0.1" : bind_address;
  if (host.find(':') != std::string::npos) {
    host = "[" + host + "]";
  }
  return "https://" + host + ":" + std::to_string(port);
}

std::string KubeconfigText(const std::string& url, const std::string& ca_pem,
                           const KeyPair& client) {
  return "apiVersion: v1\n"
         "kind: Config\n"
         "clusters:\n"
         "- name: k8snet\n"
         "  cluster:\n"
         "    certificate-authority-data: " +
         Base64(ca_pem) + "\n    server: " + url +
         "\nusers:\n"
         "- name: k8snet-admin\n"
         "  user:\n"
         "    client-certificate-data: " +
         Base64(client.certificate_pem) + "\n    client-key-data: " + Base64(client.key_pem) +
         "\ncontexts:\n"
         "- name: k8snet\n"
         "  context:\n"
         "    cluster: k8snet\n"
         "    user: k8snet-admin\n"
         "current-context: k8snet\n";
}

}  // namespace k8snet::server
