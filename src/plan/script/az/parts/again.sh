# Asks again what is refused for a reason that passes, for ten minutes at most: the reasons (a pattern), what is waited for, the request.
again() {
  local passes=$1 what=$2 end=$((SECONDS + 600)) pause=1
  shift 2
  until "$@" 2>"$said"; do
    if ((SECONDS >= end)) || ! grep -Eq -- "$passes" "$said"; then
      cat "$said" >&2
      return 1
    fi
    say "  waiting for $what"
    sleep "$pause"
    pause=$((pause < 8 ? pause * 2 : 15))
  done
}
