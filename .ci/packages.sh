# Sourced by the other scripts: `need PACKAGE...` installs what is missing. Works as root on a bare
# Debian 12; elsewhere it says which packages to install.

need() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "Missing packages; run: sudo apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${#missing[@]} packages" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq &&
    apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

# What building the server needs.
build_packages=(cmake g++ ninja-build pkg-config rapidjson-dev libyaml-cpp-dev libssl-dev
                libdeflate-dev libnghttp2-dev libsqlite3-dev)
# What building and running the tests needs besides.
test_packages=(ca-certificates ccache clang-14 clang-format-14 clang-tidy-14 curl git libbenchmark-dev
               libclang-rt-14-dev libcpp-httplib-dev libgmock-dev libgtest-dev libprotobuf-dev
               libprotoc-dev lld
               openssl protobuf-compiler python3)
