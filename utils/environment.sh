# Sourced by quickstart and test: installs what is missing, then builds.
# Needs root (or sudo) only where a package is missing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  build-essential ca-certificates cmake git ninja-build pkg-config
  python3 python3-venv
  llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  libcli11-dev libfmt-dev libgmock-dev libgtest-dev nlohmann-json3-dev valgrind zlib1g-dev
)

install_packages() {
  local missing=()
  for package in "${packages[@]}" "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "error: these Debian packages are missing: ${missing[*]}" >&2
      exit 1
    }
    root=(sudo)
  fi
  echo "installing: ${missing[*]}" >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
    --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
  cmake --build "build/$preset" ${1:+--target "$@"} >"build/$preset/build.log" 2>&1 || {
    cat "build/$preset/build.log" >&2
    exit 1
  }
}
