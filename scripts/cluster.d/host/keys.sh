# One CA, the API server's certificate, an administrator's, the service account key; and the administrator's kubeconfig.
make_keys() {
  [[ ! -e $pki/complete ]] || return 0
  rm -rf "$pki"
  mkdir -p "$pki"
  make_key ca
  openssl req -x509 -new -key "$pki/ca.key" -subj "/CN=$id" -days 3650 -out "$pki/ca.crt"
  make_certificate server /CN=kube-apiserver \
    "subjectAltName=IP:127.0.0.1,IP:$node_ip,IP:$service_ip,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  make_certificate admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
  openssl genrsa -out "$pki/service-accounts.key" 2048 2>/dev/null
  touch "$pki/complete"
}

make_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key"; }

make_certificate() { # NAME SUBJECT EXTENSION
  make_key "$1"
  openssl req -new -key "$pki/$1.key" -subj "$2" |
    openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 3650 -extfile <(echo "$3") -out "$pki/$1.crt" 2>/dev/null
}

# The same address works on the node and, through a relay, on the host. Written as kubectl writes it: krmpod reads that
# without a YAML parser.
write_kubeconfig() {
  install -m 600 /dev/stdin "$kubeconfig" <<END
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: $(base64 -w0 "$pki/ca.crt")
    server: https://127.0.0.1:$api_port
  name: $id
contexts:
- context:
    cluster: $id
    user: $id
  name: $id
current-context: $id
kind: Config
users:
- name: $id
  user:
    client-certificate-data: $(base64 -w0 "$pki/admin.crt")
    client-key-data: $(base64 -w0 "$pki/admin.key")
END
}
