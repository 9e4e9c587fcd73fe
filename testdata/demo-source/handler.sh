# handler.sh - the function itself: says hello and how long the event was.
handle() {
  event=$(cat)
  printf '{"statusCode":200,"body":"hello from busybox, %s bytes"}' "${#event}"
}
