# manifest_cases.py - faults of manifest, config and layer tars, which only the service itself rejects: labelled, not run.
"""The emulator sees a tree and no manifest. Each label names the threads or the page it comes from."""

import gzip
import io
import shutil
import subprocess
import tarfile

from truth.case import accepted, refused
from truth.layout import CONFIG, INDEX, LAYER, MANIFEST

DOCKER = "application/vnd.docker."
DOCKER_MANIFEST, DOCKER_LIST = DOCKER + "distribution.manifest.v2+json", DOCKER + "distribution.manifest.list.v2+json"
DOCKER_CONFIG, DOCKER_LAYER = DOCKER + "container.image.v1+json", DOCKER + "image.rootfs.diff.tar"
AMD64 = {"architecture": "amd64", "os": "linux"}


def tar_of(*members):
    """A tar of (name, content) and (name, options) in this order; a dict changes the member's TarInfo."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.mode = 0o755
            data = content if isinstance(content, bytes) else b""
            member.size = len(data)
            if name.endswith("/"):
                member.type = tarfile.DIRTYPE
            if isinstance(content, dict):
                for key, value in content.items():
                    setattr(member, key, value)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def layer(*members):
    """One more layer of these members."""

    def shape(layout):
        layout.add_layer(tar_of(*members))
        layout.finish()

    return shape


def stored(pack, media_type):
    """One more layer, packed by `pack`."""

    def shape(layout):
        tar = tar_of(("srv/", {}), ("srv/data", b"data"))
        layout.add_layer(tar, pack(tar), media_type)
        layout.finish()

    return shape


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


# ---- shapes of the root


def index_of_one(layout):
    manifest = dict(layout.write_manifest(), platform=AMD64)
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest]}
    layout.write_root(layout.document(index, INDEX))


def docker_list(layout):
    manifest = dict(layout.write_manifest(DOCKER_MANIFEST, DOCKER_CONFIG), platform=AMD64)
    layout.write_root(layout.document({"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": [manifest]}, DOCKER_LIST))


def attestation(layout):
    """As BuildKit adds it by default."""
    manifest = dict(layout.write_manifest(), platform=AMD64)
    statement = layout.blob(b'{"_type":"https://in-toto.io/Statement/v0.1"}', "application/vnd.in-toto+json")
    config = layout.document({"architecture": "unknown", "os": "unknown", "rootfs": {"type": "layers", "diff_ids": []}}, CONFIG)
    document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [statement]}
    notes = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": manifest["digest"]}
    proof = dict(layout.document(document, MANIFEST), platform={"architecture": "unknown", "os": "unknown"}, annotations=notes)
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest, proof]}
    layout.write_root(layout.document(index, INDEX))


def docker_manifest(layer_type, pack):
    """All of Docker's family, with layers of `layer_type`."""

    def shape(layout):
        tars = []
        for descriptor in layout.layers:
            with open("%s/blobs/sha256/%s" % (layout.folder, descriptor["digest"][7:]), "rb") as file:
                tars.append(file.read())
        layout.layers, layout.diff_ids = [], []
        for tar in tars:
            layout.add_layer(tar, pack(tar), layer_type)
        layout.write_root(layout.write_manifest(DOCKER_MANIFEST, DOCKER_CONFIG))

    return shape


def schema_1(layout):
    layers = [{"blobSum": descriptor["digest"]} for descriptor in layout.layers]
    document = {"schemaVersion": 1, "name": "function", "tag": "latest", "architecture": "amd64", "fsLayers": layers,
                "history": [{"v1Compatibility": "{}"} for _ in layers]}  # fmt: skip
    layout.write_root(layout.document(document, DOCKER + "distribution.manifest.v1+json"))


def artifact(layout):
    config = layout.blob(b"{}", "application/vnd.oci.empty.v1+json")
    document = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/vnd.example", "config": config,
                "layers": layout.layers}  # fmt: skip
    layout.write_root(layout.document(document, MANIFEST))


def changed(**fields):
    """A field of the image configuration."""

    def shape(layout):
        layout.config.update(fields)
        layout.finish()

    return shape


def no_layers(layout):
    layout.layers, layout.diff_ids = [], []
    layout.finish()


def diff_id_missing(layout):
    layout.add_layer(tar_of(("srv/", {})))
    layout.diff_ids.pop()
    layout.finish()


def diff_id_wrong(layout):
    layout.diff_ids[0] = "sha256:" + "0" * 64
    layout.finish()


def layers_by_count(count):
    def shape(layout):
        for number in range(count - len(layout.layers)):
            layout.add_layer(tar_of(("srv-%d" % number, b"%d" % number)))
        layout.finish()

    return shape


def sparse(gibibytes):
    """A file of so many GiB of nothing, by GNU tar, which says so in few bytes."""

    def shape(layout):
        folder = layout.folder + ".sparse"
        subprocess.run(["sh", "-ec", 'mkdir "$1" && truncate -s "$2"G "$1/model.bin" && '
                        'tar -C "$1" --sparse --format=pax -cf "$1/layer.tar" model.bin', "sh", folder, str(gibibytes)],
                       check=True)  # fmt: skip
        with open(folder + "/layer.tar", "rb") as file:
            layout.add_layer(file.read())
        shutil.rmtree(folder)
        layout.finish()

    return shape


def annotated(layout):
    layout.write_root(layout.write_manifest(annotations={"org.opencontainers.image.title": "function", "x.unknown": "y" * 300}))


def mixed_families(layout):
    layout.write_root(layout.write_manifest(DOCKER_MANIFEST, CONFIG))


def history_as_null(layout):
    layout.config["history"] = None
    layout.finish()


def with_history(layout):
    layout.config["history"] = [{"created_by": "COPY function /", "created": "2026-01-01T00:00:00Z"}, {"empty_layer": True}]
    layout.finish()


INDEXES = "aws/aws-lambda-roadmap#82, serverless/serverless#12933"
PARENTS = "aspect-build/rules_aws#96, nlewo/nix2container#54, bazel-contrib/rules_img#258"
PAGE = "Lambda developer guide, images-create.html"
LINK = {"type": tarfile.LNKTYPE}

REFUSED = [
    refused("image-index", "manifest-index-of-one", index_of_one, INDEXES),
    refused("image-index", "manifest-docker-list", docker_list, INDEXES),
    refused("attestation-manifest image-index", "manifest-attestation", attestation, "aws/aws-cdk#30258, aws/aws-cdk#31549"),
    refused("docker-uncompressed-layer", "manifest-docker-plain-layer", docker_manifest(DOCKER_LAYER, lambda tar: tar),
            "aspect-build/rules_aws#145, bazel-contrib/rules_oci#777"),
    refused("unsupported-media-type", "manifest-foreign-layer",
            stored(gzip.compress, DOCKER + "image.rootfs.foreign.diff.tar.gzip"), "inferred"),
    refused("unsupported-media-type", "manifest-artifact", artifact, PAGE),
    refused("rejected", "manifest-schema-1", schema_1, PAGE),
    refused("rejected unsupported-media-type", "manifest-layer-of-in-toto",
            stored(lambda tar: b"{}", "application/vnd.in-toto+json"), "aws/aws-cdk#31549"),
    refused("wrong-architecture", "config-other-architecture", changed(architecture="s390x"), PAGE),
    refused("wrong-architecture", "config-of-windows", changed(os="windows"), PAGE),
    refused("unsupported-media-type nonconforming-manifest entrypoint-not-found", "manifest-without-layers", no_layers,
            "werf/werf#2558"),
    refused("rejected missing-diff-ids", "config-diff-id-missing", diff_id_missing, "image-spec, config.md"),
    refused("rejected", "config-diff-id-wrong", diff_id_wrong, "image-spec, config.md"),
    refused("missing-parent-directory", "layer-parent-missing", layer(("opt/app/bin/tool", b"x")), PARENTS),
    refused("missing-parent-directory", "layer-parent-after-child", layer(("srv/app/data", b"x"), ("srv/", {}), ("srv/app/", {})),
            PARENTS),
    refused("missing-parent-directory", "layer-grandparent-missing", layer(("srv/app/", {}), ("srv/app/data", b"x")), PARENTS),
    refused("missing-parent-directory", "layer-parent-of-link-missing",
            layer(("srv/app/link", {"type": tarfile.SYMTYPE, "linkname": "/function"})), PARENTS),
    refused("missing-parent-directory", "layer-parent-whited-out",
            layer((".wh.etc", b""), ("etc/app/conf", b"x")), PARENTS),
    refused("suspicious-hard-link dangling-hard-link", "layer-hard-link-without-target",
            layer(("again", dict(LINK, linkname="srv/gone"))), "aspect-build/rules_aws#145, opencontainers/image-spec#1204"),
    refused("escaping-member", "layer-member-above-root", layer(("../evil", b"x")), "inferred", due="warning"),
    refused("image-too-large", "layer-of-eleven-gib", sparse(11), "aws-samples/aws-genai-llm-chatbot#59"),
    refused("too-many-layers", "manifest-of-501-layers", layers_by_count(501), "nuonco/nuon#2348"),
]  # fmt: skip

ACCEPTED = [
    accepted("manifest-annotated", annotated),
    accepted("manifest-of-docker", docker_manifest(DOCKER_LAYER + ".gzip", gzip.compress), PAGE),
    accepted("manifest-of-mixed-families", mixed_families, "bazel-contrib/rules_oci#645"),
    accepted("manifest-of-500-layers", layers_by_count(500), "nuonco/nuon#2348"),
    accepted("manifest-zstd-layer", stored(zstd, LAYER + "+zstd"), "aws/containers-roadmap#1861"),
    accepted("manifest-gzip-layer", stored(gzip.compress, LAYER + "+gzip"), PAGE),
    accepted("config-history-as-null", history_as_null, "aws/aws-lambda-base-images#2"),
    accepted("config-history-with-empty-layer", with_history, "image-spec, config.md"),
    accepted("config-with-unknown-members", changed(**{"moby.buildkit.buildinfo.v1": "e30=", "author": "x", "variant": ""})),
    accepted("layer-names-with-dot-slash", layer(("./", {}), ("./srv/", {}), ("./srv/data", b"x"))),
    accepted("layer-hard-link-in-same-layer",
             layer(("srv/", {}), ("srv/one", b"x"), ("srv/two", dict(LINK, linkname="srv/one"))), "Debian's perl"),
    accepted("layer-whiteout-of-nothing", layer(("var/", {}), ("var/.wh.gone", b""))),
    accepted("layer-opaque", layer(("usr/", {}), ("usr/.wh..wh..opq", b""), ("usr/new", b"x"))),
    accepted("layer-directory-again", layer(("srv/", {}), ("srv/", {"mode": 0o700}), ("srv/", {"mode": 0o755}))),
    accepted("layer-parent-in-lower-layer", layer(("var/task/data", b"x"))),
    accepted("layer-empty", layer()),
    accepted("layer-of-nine-gib", sparse(9)),
    accepted("layer-names-beyond-ascii", layer(("srv/", {}), ("srv/Gr\u00fc\u00dfe \U0001f680", b"x"))),
    accepted("layer-long-names", layer(("srv/", {}), ("srv/" + "n" * 200, b"x"))),
    accepted("layer-fifo-and-device", layer(("srv/", {}), ("srv/pipe", {"type": tarfile.FIFOTYPE}),
             ("srv/null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}))),
]  # fmt: skip

CASES = REFUSED + ACCEPTED
