# What a cluster consists of. Another version here is built at the next `up`. The Go module proxy does not have every
# patch release of Kubernetes; kube/go.mod and calico/go.mod name the same versions as this file. kube/go.mod replaces each
# staging module k8s.io/X of Kubernetes v1.Y.Z by its release v0.Y.Z; calico/go.mod has the replacements of Calico's own.
KUBERNETES_VERSION=v1.36.3
CALICO_VERSION=v3.28.5
CONTAINERD_VERSION=v2.3.7
CNI_VERSION=v1.9.1
CRANE_VERSION=v0.22.1
KUSTOMIZE_VERSION=v5.8.1
KIND_VERSION=v0.33.0
# Debian's release whose busybox is `busybox:musl` here. Docker Hub's is 1.37, as well; Debian 12's 1.35 digests five times slower.
BUSYBOX_RELEASE=trixie
