# The shell function: answers with the event and with what it sees of its image.
handler() {
  local event=$1 request=$2 name digests=()
  for name in data/greetings.json data/greetings-linked.json data/current.json model.bin backup/model.bin; do
    digests+=("\"$name\":\"$(sha256sum "$LAMBDA_TASK_ROOT/$name" | cut -c1-16)\"")
  done
  local root=writable
  ( : >"$LAMBDA_TASK_ROOT/new-file" ) 2>/dev/null || root=read-only
  local authorities; authorities=$(grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/ca-certificates.crt)
  printf '{"ok":true,"event":%s,"request":"%s","files":{%s},"who":"%s","root":"%s","authorities":%s,"date":"%s","words":"%s"}' \
    "$event" "$request" "$(IFS=,; echo "${digests[*]}")" "$(id -u):$(id -g)" "$root" "$((authorities > 50))" \
    "$(TZ=Europe/Berlin date -d @1780000000 +%FT%T%z)" "$(sed -n 's/.*"hello":"\([^"]*\)".*/\1/p' "$LAMBDA_TASK_ROOT/data/current.json")"
}
