#!/usr/bin/env bash
# make-testdata.sh - rebuilds testdata/demo, an OCI layout with a good and a bad Lambda image, from Debian packages.
# usage: tools/make-testdata.sh [FOLDER]      (default: testdata/demo beside this script's folder)
# Needs Debian 12 on amd64 with apt-get, dpkg-deb, GNU tar, jq, umoci. The same packages give the same bytes.
set -euo pipefail
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1767225600   # 2026-01-01

top=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$top/testdata/demo}
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
layout=$work/demo

# fetch PACKAGE=VERSION SHA256 FILE : the .deb, checked
fetch() {
  mkdir -p "$work/fetch" && (cd "$work/fetch" && rm -f ./*.deb && apt-get -qq download "$1" 2>/dev/null)
  mv "$work"/fetch/*.deb "$3"
  echo "$2  $3" | sha256sum --check --quiet
}

# pack ROOT TAR [NAME...] : a sorted tar with fixed times and owners; with names, exactly these members
pack() {
  local root=$1 tar=$2; shift 2
  local members=(.) options=()
  if (($#)); then members=("$@") options=(--no-recursion); fi
  tar --create --file "$tar" --directory "$root" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
      --mtime="@$SOURCE_DATE_EPOCH" "${options[@]}" "${members[@]}"
}

# layer TAG TAR CREATED_BY
layer() {
  umoci raw add-layer --image "$layout:$1" --history.created "$created" --history.created_by "$3" "$2"
}

# configure TAG ARCHITECTURE
configure() {
  umoci config --image "$layout:$1" --created "$created" --history.created "$created" \
    --history.created_by "ENTRYPOINT, CMD, WORKDIR, ENV" --os linux --architecture "$2" \
    --config.entrypoint /var/runtime/bootstrap --config.cmd handler.handle --config.workingdir /var/task \
    --config.env PATH=/bin --config.env HOME=/tmp
}

# put FILE : stores a blob, prints "sha256:... SIZE"
put() {
  local digest; digest=$(sha256sum <"$1" | cut -d' ' -f1)
  cp "$1" "$layout/blobs/sha256/$digest"
  echo "sha256:$digest $(stat -c %s "$1")"
}

base_tree() {
  local root=$work/base applet
  fetch busybox-static=1:1.35.0-4+deb12u1+b1 \
    3d3fdbe91d4660c873e14b092c213fe81c1da6362daa236eb25d0171eb108744 "$work/busybox.deb"
  dpkg-deb -x "$work/busybox.deb" "$work/busybox"
  mkdir -p "$root"/{bin,etc,tmp,usr/share/doc/busybox-static,usr/share/common-licenses}
  install -m 0755 "$work/busybox/bin/busybox" "$root/bin/busybox"
  for applet in sh cat cut date echo env grep head ls mkdir rm sed sleep tail tr wget; do
    ln -s busybox "$root/bin/$applet"
  done
  install -m 0644 "$work/busybox/usr/share/doc/busybox-static/copyright" "$root/usr/share/doc/busybox-static/copyright"
  install -m 0644 /usr/share/common-licenses/GPL-2 "$root/usr/share/common-licenses/GPL-2"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\n' >"$root/etc/group"
  chmod 0755 "$root" && find "$root" -mindepth 1 -type d -exec chmod 0755 {} + && chmod 1777 "$root/tmp"
  chmod 0644 "$root/etc/passwd" "$root/etc/group"
}

app_tree() {
  local root=$work/app
  mkdir -p "$root"/var/{runtime,task}
  install -m 0755 "$top/testdata/demo-source/bootstrap" "$root/var/runtime/bootstrap"
  install -m 0644 "$top/testdata/demo-source/handler.sh" "$root/var/task/handler.sh"
  find "$root" -type d -exec chmod 0755 {} +
}

good_image() {
  umoci new --image "$layout:good"
  pack "$work/base" "$work/base.tar"
  layer good "$work/base.tar" "busybox-static 1:1.35.0-4+deb12u1+b1"
  pack "$work/app" "$work/app.tar"
  layer good "$work/app.tar" "COPY bootstrap handler.sh"
  configure good amd64
}

# The same program with everything that goes wrong most often.
bad_image() {
  local root=$work/bad
  umoci new --image "$layout:image"
  layer image "$work/base.tar" "busybox-static 1:1.35.0-4+deb12u1+b1"

  # no entry for var, var/runtime, var/task; a handler that only its owner can read (umask 077)
  cp -a "$work/app" "$root" && chmod 0600 "$root/var/task/handler.sh"
  cp /usr/share/common-licenses/GPL-2 "$root/var/task/words.txt"
  pack "$root" "$work/bad-app.tar" var/runtime/bootstrap var/task/handler.sh var/task/words.txt
  layer image "$work/bad-app.tar" "COPY --chmod=600 . /"

  # a model baked into /tmp; what apt-get left behind
  mkdir -p "$root/tmp/model" "$root/var/cache/apt/archives"
  fetch netbase=6.4 29b23c48c0fe6f878e56c5ddc9f65d1c05d729360f3690a593a8c795031cd867 \
    "$root/var/cache/apt/archives/netbase_6.4_all.deb"
  sed -n '1,60p' /usr/share/common-licenses/GPL-2 >"$root/tmp/model/words.txt"
  chmod 0755 "$root/tmp/model" && chmod 0644 "$root/tmp/model/words.txt" "$root"/var/cache/apt/archives/*.deb
  find "$root/var" -type d -exec chmod 0755 {} +
  pack "$root" "$work/bad-apt.tar" var/cache var/cache/apt var/cache/apt/archives \
    var/cache/apt/archives/netbase_6.4_all.deb tmp/model tmp/model/words.txt
  layer image "$work/bad-apt.tar" "RUN apt-get install -y netbase && make model"

  # the same file once more: the first copy stays in the image
  tr a-z A-Z </usr/share/common-licenses/GPL-2 >"$root/var/task/words.txt"
  pack "$root" "$work/bad-words.tar" var/task/words.txt
  layer image "$work/bad-words.tar" "RUN tr a-z A-Z"
  configure image arm64   # the binaries are amd64
}

# Wraps the image "image" as BuildKit does with its default provenance: an index with an attestation manifest.
bad_index() {
  local image digest size name="org.opencontainers.image.ref.name"
  image=$(jq -c --arg name "$name" '.manifests[] | select(.annotations[$name] == "image") | del(.annotations)' \
    "$layout/index.json")
  jq -nc --arg subject "$(jq -r '.digest' <<<"$image")" '{_type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://slsa.dev/provenance/v0.2",
    subject: [{name: "demo", digest: {sha256: ($subject | ltrimstr("sha256:"))}}],
    predicate: {builder: {id: ""}, buildType: "https://mobyproject.org/buildkit@v1"}}' >"$work/statement"
  read -r digest size < <(put "$work/statement")
  local statement; statement=$(jq -nc --arg d "$digest" --argjson s "$size" '{mediaType: "application/vnd.in-toto+json",
    digest: $d, size: $s, annotations: {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"}}')
  jq -nc --arg d "$digest" '{architecture: "unknown", os: "unknown", config: {},
    rootfs: {type: "layers", diff_ids: [$d]}}' >"$work/config"
  read -r digest size < <(put "$work/config")
  jq -nc --arg d "$digest" --argjson s "$size" --argjson l "$statement" '{schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $d, size: $s},
    layers: [$l]}' >"$work/manifest"
  read -r digest size < <(put "$work/manifest")
  jq -nc --arg d "$digest" --argjson s "$size" --argjson image "$image" '{schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json", manifests: [
      ($image + {platform: {architecture: "arm64", os: "linux"}}),
      {mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: $s,
       annotations: {"vnd.docker.reference.digest": $image.digest, "vnd.docker.reference.type": "attestation-manifest"},
       platform: {architecture: "unknown", os: "unknown"}}]}' >"$work/index"
  read -r digest size < <(put "$work/index")
  jq -c --arg d "$digest" --argjson s "$size" --arg name "$name" '.manifests |=
    (map(select(.annotations[$name] == "good")) +
     [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $d, size: $s, annotations: {($name): "bad"}}])' \
    "$layout/index.json" >"$work/index.json"
}

umask 022
umoci init --layout "$layout"
base_tree
app_tree
good_image
bad_image
umoci gc --layout "$layout"    # intermediate manifests and configs; before the index, which umoci would not follow
bad_index
cp "$work/index.json" "$layout/index.json"
find "$layout" -type f -exec chmod 0644 {} +
rm -rf "$out"
mkdir -p "$(dirname "$out")"
cp -a "$layout" "$out"
du -sh --apparent-size "$out"
