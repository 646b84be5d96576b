#!/bin/sh
# Makes FOLDER/root, a Debian for ARM with Python, Node.js and the packages that blocks, labs and experiments import, and FOLDER/python,
# an interpreter that runs there under emulation, in the caller's directory and environment:
#
#     snippets/arm.sh FOLDER             from the checkout, as root; what is there already is kept
#
# Needs Debian's debootstrap, qemu-user-static and binfmt-support, and a Python with pip as $PYTHON (python3 without it).
set -eu

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
for tool in debootstrap qemu-aarch64-static update-binfmts; do
  command -v "$tool" > /dev/null || { echo "$tool is needed: apt-get install debootstrap qemu-user-static binfmt-support" >&2; exit 2; }
done
[ -f requirements/test.txt ] || { echo "requirements/test.txt is not here; start $0 from the checkout" >&2; exit 2; }

mkdir -p "$1"
folder=$(cd "$1" && pwd)
root=$folder/root
packages=$root/usr/local/lib/python3.11/dist-packages

# The kernel starts programs for ARM by the emulator.
binfmt=/proc/sys/fs/binfmt_misc
[ -e $binfmt/register ] || mount -t binfmt_misc binfmt_misc $binfmt
[ -e $binfmt/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64

# The packages are unpacked and not configured: to configure them under emulation takes ten times as long, and nothing here needs it.
if [ ! -e "$folder/unpacked" ]; then
  rm -rf --one-file-system "$root"
  debootstrap --foreign --arch=arm64 --variant=minbase --include=python3,nodejs bookworm "$root"
  for package in "$root"/var/cache/apt/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --directory "$root"
  done
  rm -rf "$root"/var/cache/apt/archives "$root"/debootstrap
  cp /etc/passwd /etc/group /etc/hosts "$root/etc"
  touch "$folder/unpacked"
fi

# Newer releases of PyTorch for ARM want CUDA's libraries; everything else is as pinned.
wheels="--quiet --upgrade --target $packages --only-binary=:all: --python-version 3.11"
for age in 2_28 2_27 2_26 2_24 2_17; do wheels="$wheels --platform manylinux_${age}_aarch64"; done
grep -v '^torch==' requirements/test.txt > "$folder/pins.txt"
if ! cmp -s "$folder/pins.txt" "$folder/installed.txt"; then
  ${PYTHON:-python3} -m pip install $wheels --constraint "$folder/pins.txt" \
    numpy scikit-learn joblib matplotlib nbclient nbformat ipykernel filelock fsspec jinja2 networkx sympy typing-extensions
  ${PYTHON:-python3} -m pip install $wheels --no-deps torch==2.9.1
  mv "$folder/pins.txt" "$folder/installed.txt"
fi

# The mounts are the interpreter's own, and end with it.
cat > "$folder/python" <<'END'
#!/bin/sh
# Python for ARM under emulation, in the caller's directory and environment; needs root.
# Like most processors for ARM, the one emulated has no SVE; what else the emulator could add would only cost time.
export QEMU_CPU="${QEMU_CPU:-neoverse-n1}"
exec unshare --mount sh -euc '
  root=$1 here=$2
  shift 2
  mkdir -p "$root$here"
  mount --bind "$here" "$root$here"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  exec chroot "$root" env --unset=OPENBLAS_CORETYPE --chdir="$here" python3 "$@"
' sh "$(dirname "$(readlink -f "$0")")/root" "$(pwd -P)" "$@"
END
chmod +x "$folder/python"
