# speed_peers.py - what other tools are run with, and what each does less or more than ocitidy.
import dataclasses
import re


@dataclasses.dataclass
class Command:
    """One thing to measure. {gzip}, {docker}, {archive} are forms of the input, {out} its output, {tmp} for the rest."""

    name: str
    template: str
    does: str = ""  # beside ours; for peers
    runs: int = 1  # in each round
    once: bool = False  # in the first round only: what matters is what comes out, not when
    service: str = ""  # of speed_services, that must be there
    value: re.Pattern = None  # the groups "part" and "of" in the text of {out}


PODMAN = "--root {tmp}/root --runroot {tmp}/run --storage-driver overlay"
SKOPEO = "skopeo --policy {policy} copy -q"
BLOBS = (
    "for b in $(jq -r '.layers[].digest' {gzip}/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' {gzip}/index.json) | sort -u);"
    " do f={gzip}/blobs/sha256/${b#sha256:}"
)
BUILDAH = (
    'B="buildah %s"; c=$($B from --signature-policy {policy} oci:{gzip}:latest)'
    " && $B commit -q --squash%%s --signature-policy {policy} $c oci:{out}:latest" % PODMAN
)

READERS = [
    Command(
        "gzip, sha256sum and tar in a pipe",
        BLOBS + "; sha256sum $f; gzip -dc $f | tee /dev/fd/3 3> >(sha256sum) | tar tvf - >/dev/null; done",
        "the same reading spelt out: both digests and the list of entries, nothing compared; layers one by one",
    ),
    Command(
        "igzip, openssl and tar in a pipe",
        BLOBS + "; openssl dgst -sha256 $f; igzip -dc $f | tee /dev/fd/3 3> >(openssl dgst -sha256) | tar tvf - >/dev/null; done",
        "the same with isa-l and SHA-NI",
    ),
    Command("skopeo copy to dir", SKOPEO + " oci:{gzip}:latest dir:{out}", "less: digests of stored blobs only, nothing inflated; writes them"),
    Command("skopeo copy to docker-archive", SKOPEO + " oci:{gzip}:latest docker-archive:{out}", "inflates, checks DiffIDs, looks at no entry; writes all tars"),
    Command("umoci unpack", "umoci unpack --image {gzip}:latest {out}", "both digests; more: writes every file, and a manifest of them"),
    Command("podman load", "podman %s load -q --signature-policy {policy} -i {archive}" % PODMAN, "both digests; more: writes every file into its store"),
    Command("crane validate", "crane validate --tarball {docker}", "digests, DiffIDs and headers, each twice; compresses the plain layers of its input to have digests; keeps nothing"),
    Command("crane validate --remote", "crane validate --remote {registry}/before:latest", "digests, DiffIDs and headers of gzip layers; they come from a registry on loopback, whose time is in wall only", service="crane-registry"),
    Command("dive in CI mode", "env CI=true dive --ci --lowestEfficiency 0 --highestUserWastedPercent 1 docker-archive://{docker}", "a 64-bit hash of each file and wasted bytes of plain layers; less: checks no digest, looks into no file"),
]  # fmt: skip

MERGERS = [
    Command("crane flatten", "crane flatten {registry}/before:latest --tag {registry}/after:latest", "one layer, hidden bytes dropped; from a registry and into it, on loopback, its cpu not counted; proves nothing", service="crane-registry"),
    Command("crane export and gzip", "crane export - - <{docker} | gzip -6 >{out}", "the tar of one layer, no image; from plain layers"),
    Command("buildah commit --squash", BUILDAH % "", "unpacks to disk; writes one plain layer, without compressing"),
    Command("buildah commit --squash, compressed", BUILDAH % " --disable-compression=false", "unpacks to disk; one gzip layer"),
    Command("docker-squash", "env DOCKER_HOST={docker_host} docker-squash --tmp-dir {tmp}/squash --tag after:latest --output-path {out} --load-image false before:latest", "one plain layer in a docker-archive, from an image that a daemon has already; the daemon's cpu is not counted", service="docker-daemon"),
]  # fmt: skip

COMPRESSORS = [
    Command("skopeo copy, gzip", SKOPEO + " --dest-compress-format gzip docker-archive:{docker} oci:{out}:latest", "compresses every plain layer on all cores; what it wrote is not read again"),
    Command("skopeo copy, zstd", SKOPEO + " --dest-compress-format zstd oci:{gzip}:latest oci:{out}:latest", "gzip layers become zstd; what it wrote is not read again"),
    Command("igzip -dc and igzip -3", "mkdir {out}; " + BLOBS + "; igzip -dc $f | igzip -3 -T 2 -c >{out}/${b#sha256:}; sha256sum {out}/${b#sha256:}; done", "blobs and their digests, no image"),
]  # fmt: skip
