# What a read answers, and nothing where Azure says that the thing is not there. Any other refusal ends the script.
look() {
  if "$@" 2>"$said" || grep -q '^ERROR: Not Found' "$said"; then return; fi
  cat "$said" >&2
  return 1
}
